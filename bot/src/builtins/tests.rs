//! The reference pages in docs/ are what the declarations say; `UPDATE_EXPECT=1` writes them anew.

use commands::help;
use expect_test::expect_file;

#[test]
fn the_page_of_the_bots_own_commands_is_current() {
    expect_file!["../../../docs/commands.md"].assert_eq(&help::page(&super::group()));
}

#[test]
fn the_page_of_each_connector_is_current() {
    for kind in connectors::ALL {
        let path = format!("{}/../docs/connectors/{}.md", env!("CARGO_MANIFEST_DIR"), kind.name);
        let reference = help::page(&kind.group(kind.name, None));
        let prose = format!("{}\n{}", kind.docs.trim_end(), kind.consent_page());
        let page = format!("{}\n{}", prose.trim_end(), reference.replacen("# ", "\n# ", 1));
        expect_file![path].assert_eq(&page);
    }
}
