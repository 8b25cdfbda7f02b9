//! Files themselves, in one piece or, above a size, in several
//! (<https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/chunking.html>).

use commands::{ErrorKind, Result};

use super::Existing;
use crate::{
    http::Repeatable,
    nextcloud::{LONG, Nextcloud, path, problem::about},
};

impl Nextcloud {
    /// A file of at most `limit` bytes.
    pub(in crate::nextcloud) async fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>> {
        let request = self.http.get(&self.address(path)).timeout(LONG);
        let (_, body) = request.send_for_bytes(limit).await.map_err(|error| about(error, path))?;
        Ok(body.to_vec())
    }

    /// Stores a file.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] where there is one already that shall be kept.
    pub(in crate::nextcloud) async fn write(
        &self,
        path: &str,
        content_type: &str,
        bytes: Vec<u8>,
        existing: Existing,
    ) -> Result<()> {
        if bytes.len() > self.chunk {
            return self.write_in_chunks(path, bytes, existing).await.map_err(|error| about(error, path));
        }
        let content_type = if content_type.is_empty() { "application/octet-stream" } else { content_type };
        let request = self.http.put(&self.address(path)).bytes(content_type, bytes).timeout(LONG);
        let request = match existing {
            // Repeated, it would find what it stored itself, and say that it was there before.
            Existing::Keep => request.header("if-none-match", "*").repeatable(Repeatable::No),
            Existing::Replace => request,
        };
        self.done(request).await.map_err(|error| match error.kind {
            ErrorKind::Conflict if existing == Existing::Keep && error.code.as_deref() != Some("Locked") => taken(path),
            _ => about(error, path),
        })
    }

    /// Each chunk is named by its number and can be sent again; the last step is what makes it a file.
    async fn write_in_chunks(&self, path: &str, bytes: Vec<u8>, existing: Existing) -> Result<()> {
        if existing == Existing::Keep && self.entry(path).await.is_ok() {
            return Err(taken(path));
        }
        let user = path::encode_part(&self.user);
        let transfer = format!("{}/uploads/{user}/bellhop-{:032x}", self.dav, rand::random::<u128>());
        let (destination, total) = (self.destination(path), bytes.len().to_string());
        self.done(self.dav("MKCOL", &transfer).header("destination", &destination)).await?;
        let sent = async {
            for (at, chunk) in bytes.chunks(self.chunk).enumerate() {
                let request =
                    self.http.put(&format!("{transfer}/{:05}", at + 1)).bytes("application/octet-stream", chunk.to_vec());
                let request = request.header("destination", &destination).header("oc-total-length", &total).timeout(LONG);
                self.done(request).await?;
            }
            let request = self.dav("MOVE", &format!("{transfer}/.file")).header("destination", &destination);
            let request = request.header("oc-total-length", &total).header("overwrite", existing.header());
            self.done(request.timeout(LONG)).await
        };
        let sent = sent.await;
        if sent.as_ref().is_err_and(|it| !it.maybe_done) {
            // Nextcloud forgets the chunks after a day by itself, should this fail as well.
            let _ = self.done(self.dav("DELETE", &transfer)).await;
        }
        sent
    }
}

fn taken(path: &str) -> commands::Error {
    let message =
        format!("`{path}` is there already. Write overwrite=yes to replace it; Nextcloud keeps the old one as a version.");
    super::super::problem::placed(commands::Error::new(ErrorKind::Conflict, message), "name")
}
