//! Files that go to Nextcloud, in one piece and in several.

use std::sync::Arc;

use commands::{BoxFuture, Ctx, Download, Host};

use super::*;

#[tokio::test]
async fn files_are_uploaded_and_texts_written() {
    let desk = desk().await;
    check(&desk, "file upload file=https://example.org/fire.txt folder=/Inbox", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Inbox
        > PUT /remote.php/dav/files/bellhop/Inbox/fire.txt It burns.
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/fire.txt
        Uploaded `fire.txt` to `/Inbox`.
        # fire.txt
        fire.txt · in /Inbox · text/plain · 9 bytes
        Owner: Bellhop
        [Get it: file download {"file":"14"}] [Share…: share create {"file":"14"}] [Public link…: share link {"file":"14"}] [Delete: file delete {"file":"14"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    let at = desk.standin.state().at("/Inbox/fire.txt").expect("the file");
    assert_eq!(desk.standin.state().nodes[at].bytes, b"It burns.");
    check(&desk, "file write /Inbox/standup Ana mends the printer", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Inbox
        > PUT /remote.php/dav/files/bellhop/Inbox/standup.md Ana mends the printer

        > PROPFIND /remote.php/dav/files/bellhop/Inbox/standup.md
        Wrote `/Inbox/standup.md`.
        # standup.md
        standup.md · in /Inbox · text/markdown · 22 bytes
        Owner: Bellhop
        [Get it: file download {"file":"15"}] [Share…: share create {"file":"15"}] [Public link…: share link {"file":"15"}] [Delete: file delete {"file":"15"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    read_all(
        &desk,
        &[
            "file upload file=https://example.org/fire.txt folder=/Inbox",
            "file upload file=https://example.org/fire.txt folder=/Inbox overwrite=yes",
            "version list /Inbox/fire.txt",
            "file upload file=https://example.org/gone.txt",
            "file upload file=https://example.org/fire.txt folder=/Reprots",
            "file upload file=https://example.org/fire.txt folder=/Handbook",
            "file upload file=https://example.org/fire.txt name=a/b",
            "file write /Inbox/standup.md Again",
            "file write /Nowhere/standup.md Again",
            "file write / Again",
        ],
        expect![[r#"
            $ file upload file=https://example.org/fire.txt folder=/Inbox
            Conflict: `/Inbox/fire.txt` is there already. Write overwrite=yes to replace it; Nextcloud keeps the old one as a version.
              name: `/Inbox/fire.txt` is there already. Write overwrite=yes to replace it; Nextcloud keeps the old one as a version.
            $ file upload file=https://example.org/fire.txt folder=/Inbox overwrite=yes
            Uploaded `fire.txt` to `/Inbox`.
            # fire.txt
            fire.txt · in /Inbox · text/plain · 9 bytes
            Owner: Bellhop
            [Get it: file download {"file":"14"}] [Share…: share create {"file":"14"}] [Public link…: share link {"file":"14"}] [Delete: file delete {"file":"14"}]
            (Changed 2026-11-21 10:00 UTC)
            $ version list /Inbox/fire.txt
            # Versions of fire.txt
            Version | From | Size | By | Label
            1795255200 | 2026-11-21 10:00 UTC | 9 bytes | bellhop | 
            [2026-11-21 10:00: version download {"file":"14","version":"1795255200"}]
            [2026-11-21 10:00: version restore {"file":"14","version":"1795255200"}]
            $ file upload file=https://example.org/gone.txt
            BadInput: `https://example.org/gone.txt` cannot be fetched.
              file: `https://example.org/gone.txt` cannot be fetched.
            $ file upload file=https://example.org/fire.txt folder=/Reprots
            BadInput: There is no `Reprots` in `/`. Did you mean `/Reports`?
              folder: There is no `Reprots` in `/`. Did you mean `/Reports`?
            $ file upload file=https://example.org/fire.txt folder=/Handbook
            Permission: The bot's account may not do this with `/Handbook/fire.txt`. Its owner can share it with that account, with the right to edit.
            $ file upload file=https://example.org/fire.txt name=a/b
            BadInput: `a/b` is a path. Here stands a name only, without `/`.
              name: `a/b` is a path. Here stands a name only, without `/`.
            $ file write /Inbox/standup.md Again
            Conflict: `/Inbox/standup.md` is there already. Write overwrite=yes to replace it; Nextcloud keeps the old one as a version.
              path: `/Inbox/standup.md` is there already. Write overwrite=yes to replace it; Nextcloud keeps the old one as a version.
            $ file write /Nowhere/standup.md Again
            BadInput: There is no `Nowhere` in `/`.
              path: There is no `Nowhere` in `/`.
            $ file write / Again
            BadInput: Give the file a name: /Notes/standup.md.
              path: Give the file a name: /Notes/standup.md.
        "#]],
    )
    .await;
    let quota = desk.standin.state().users.iter().position(|it| it.id == "bellhop").expect("the bot");
    desk.standin.state().users[quota].quota = Some(10);
    read_all(
        &desk,
        &["file write /Inbox/more.md More"],
        expect![[r#"
        $ file write /Inbox/more.md More
        Validation: There is no room for `/Inbox/more.md`: the quota of the bot's account or the disk is used up.
    "#]],
    )
    .await;
}

/// A chat in which there is one large file.
struct Large;

impl Host for Large {
    fn download<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Download>> {
        let bytes: Vec<u8> = (0..12_u32 << 20).map(|it| (it % 251) as u8).collect();
        Box::pin(async { Ok(Download { name: "film.mp4".into(), content_type: "video/mp4".into(), bytes }) })
    }
}

#[tokio::test]
async fn large_files_go_in_pieces() {
    let desk = desk_with(|_| {}, |it| drop(it.insert("chunk_megabytes".into(), json!(5)))).await;
    let run = async |line: &str| {
        let ctx = Ctx { host: Arc::new(Large), ..desk.ctx() };
        desk.connected.run(&desk.call(line), &ctx).await
    };
    let from = desk.server.exchanges().len();
    let outcome = run("file upload file=https://example.org/film.mp4 folder=/Inbox").await;
    assert!(read(&outcome).contains("12.6 MB"), "{}", read(&outcome));
    let sent: Vec<String> = desk.server.exchanges()[from..].iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    let transfer = sent.iter().find_map(|it| it.strip_prefix("MKCOL ")).expect("a transfer").to_owned();
    let sent: Vec<String> = sent.iter().map(|it| it.replace(&transfer, "{transfer}")).collect();
    expect![[r#"
        PROPFIND /remote.php/dav/files/bellhop/Inbox
        PROPFIND /remote.php/dav/files/bellhop/Inbox/film.mp4
        MKCOL {transfer}
        PUT {transfer}/00001
        PUT {transfer}/00002
        PUT {transfer}/00003
        MOVE {transfer}/.file
        PROPFIND /remote.php/dav/files/bellhop/Inbox/film.mp4"#]]
    .assert_eq(&sent.join("\n"));
    {
        let state = desk.standin.state();
        let node = &state.nodes[state.at("/Inbox/film.mp4").expect("the film")];
        assert!(node.bytes.len() == 12 << 20 && node.bytes.iter().zip(0_u32..).all(|(byte, it)| u32::from(*byte) == it % 251));
        assert!(state.uploads.is_empty());
    }

    assert_eq!(
        run("file upload file=https://example.org/film.mp4 folder=/Inbox").await.map_err(|it| it.kind),
        Err(ErrorKind::Conflict)
    );
    let refused = run("file upload file=https://example.org/film.mp4 folder=/Handbook").await;
    assert_eq!(refused.map_err(|it| it.kind), Err(ErrorKind::Permission));
    assert!(desk.standin.state().uploads.is_empty(), "an upload that is refused leaves no pieces behind");
}
