//! A proxy between the bot and each far end breaks what passes: nothing is lost, nothing is silently
//! there twice, and who is not concerned does not notice.

mod answers;
mod isolation;
mod matrix;
mod redmine;
