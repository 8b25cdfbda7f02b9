//! Files on their way in and out.

use commands::{BoxFuture, Call, Ctx, Download, Host};

use super::*;

/// A chat in which there is a large file.
struct Large(usize);

impl Host for Large {
    fn download<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Download>> {
        let bytes = (0..self.0).map(|it| (it % 251) as u8).collect();
        Box::pin(async move { Ok(Download { name: "film.bin".into(), content_type: String::new(), bytes }) })
    }
}

async fn upload(desk: &Desk<Simulated>, line: &str, size: usize) -> (String, Result<Reply>) {
    let from = desk.server.exchanges().len();
    let ctx = Ctx { host: std::sync::Arc::new(Large(size)), ..desk.ctx() };
    let call: Call = desk.call(line);
    let outcome = desk.connected.run(&call, &ctx).await;
    let exchanges = desk.server.exchanges();
    let sent = exchanges[from..].iter().filter(|it| it.path.starts_with("/upload")).map(|it| {
        let range =
            it.headers.iter().find(|(name, _)| name == "content-range").map(|(_, it)| format!(" {it}")).unwrap_or_default();
        format!(
            "{} {}{range}: {}\n",
            it.method,
            it.path.split("&fields").next().unwrap_or_default(),
            it.status.unwrap_or_default()
        )
    });
    (sent.collect(), outcome)
}

fn content(desk: &Desk<Simulated>, name: &str) -> Vec<u8> {
    state(desk, |it| it.files.iter().find(|it| it.name == name).map(|it| it.content.clone()).unwrap_or_default())
}

#[tokio::test]
async fn a_small_file_goes_in_one_request() {
    let desk = desk().await;
    check(&desk, "file upload file=https://example.org/fire.txt folder=Demo name=\"Fire report.txt\"", expect![[r#"
        > GET files?q=name = 'Demo' and trashed = false and mimeType = 'application/vnd.google-apps.folder'&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1DemoFolder0000000000000001
        > POST /uploadfiles?uploadType=multipart --bellhop-…
          Content-Type: application/json; charset=UTF-8
          {"name":"Fire report.txt","parents":["1DemoFolder0000000000000001"]}
          --bellhop-…
          Content-Type: text/plain
          It burns.
          --bellhop-…--
        > GET files/1DemoFolder0000000000000001
        Uploaded “Fire report.txt”.
        # Fire report.txt
        File in Demo
        Owner: the shared drive
        Changed: 2026-11-21 10:00 UTC by Ana Example
        Size: 9 bytes
        Shared: with others
        [Share…: file share {"file":"1New000000000000000000000001"}] [Who has access: share list {"file":"1New000000000000000000000001"}] [Comment…: comment add {"file":"1New000000000000000000000001"}] [Comments: comment list {"file":"1New000000000000000000000001"}]
        [Rename…: file rename {"file":"1New000000000000000000000001"}] [Move…: file move {"file":"1New000000000000000000000001"}] [Copy…: file copy {"file":"1New000000000000000000000001"}] [Download: file download {"file":"1New000000000000000000000001"}] [Activity: file activity {"file":"1New000000000000000000000001"}] [Versions: version list {"file":"1New000000000000000000000001"}] [Move to the trash: file trash {"file":"1New000000000000000000000001"}]
    "#]]).await;
    assert_eq!(content(&desk, "Fire report.txt"), b"It burns.");
}

#[tokio::test]
async fn a_large_file_goes_in_parts() {
    let desk = desk().await;
    let (sent, outcome) = upload(&desk, "file upload file=https://example.org/film.bin folder=Demo", 9_000_000).await;
    expect![[r#"
        POST /upload/drive/v3/files?uploadType=resumable&supportsAllDrives=true: 200
        PUT /upload/drive/v3/files?uploadType=resumable&upload_id=AHmUploadSession000000000001 bytes 0-8388607/9000000: 308
        PUT /upload/drive/v3/files?uploadType=resumable&upload_id=AHmUploadSession000000000001 bytes 8388608-8999999/9000000: 200
    "#]]
    .assert_eq(&sent);
    assert_eq!(outcome.unwrap().message.summary(), "Uploaded “film.bin”.");
    let there = content(&desk, "film.bin");
    assert!(there.len() == 9_000_000 && there.iter().enumerate().all(|(at, it)| *it == (at % 251) as u8));
}

#[tokio::test]
async fn an_upload_that_breaks_off_goes_on_where_it_was() {
    let desk = desk().await;
    desk.standin.state().breaks = 2;
    let (sent, outcome) = upload(&desk, "file upload file=https://example.org/film.bin folder=Demo", 9_000_000).await;
    expect![[r#"
        POST /upload/drive/v3/files?uploadType=resumable&supportsAllDrives=true: 200
        PUT /upload/drive/v3/files?uploadType=resumable&upload_id=AHmUploadSession000000000001 bytes 0-8388607/9000000: 503
        PUT /upload/drive/v3/files?uploadType=resumable&upload_id=AHmUploadSession000000000001 bytes */9000000: 308
        PUT /upload/drive/v3/files?uploadType=resumable&upload_id=AHmUploadSession000000000001 bytes 4194304-8999999/9000000: 503
        PUT /upload/drive/v3/files?uploadType=resumable&upload_id=AHmUploadSession000000000001 bytes */9000000: 308
        PUT /upload/drive/v3/files?uploadType=resumable&upload_id=AHmUploadSession000000000001 bytes 6553600-8999999/9000000: 200
    "#]]
    .assert_eq(&sent);
    outcome.unwrap();
    let there = content(&desk, "film.bin");
    assert!(there.len() == 9_000_000 && there.iter().enumerate().all(|(at, it)| *it == (at % 251) as u8));
    desk.standin.state().breaks = 100;
    let (_, outcome) = upload(&desk, "file upload file=https://example.org/film.bin name=endless.bin", 9_000_000).await;
    let error = outcome.unwrap_err();
    assert!(error.kind == ErrorKind::Server && content(&desk, "endless.bin").is_empty(), "{error:?}");
}

#[tokio::test]
async fn a_new_version_keeps_the_file() {
    let desk = desk().await;
    let (_, outcome) = upload(&desk, "file upload file=https://example.org/x replace=fire.txt", 12).await;
    assert_eq!(outcome.unwrap().message.summary(), "“fire.txt” has a new version.");
    let (_, outcome) = upload(&desk, "file upload file=https://example.org/x replace=fire.txt", 5_000_001).await;
    outcome.unwrap();
    assert_eq!(content(&desk, "fire.txt").len(), 5_000_001);
    check(
        &desk,
        "file activity fire.txt limit=2",
        expect![[r#"
            > GET files?q=name = 'fire.txt' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
            > GET files/1FireText000000000000000001
            > GET files/1FireText000000000000000001/revisions?pageSize=1000
            > GET files/1FireText000000000000000001/comments?pageSize=100
            What happened to fire.txt
            - 2026-11-21 10:00 UTC Ana Example changed it (12 bytes)
            - 2026-11-21 10:00 UTC Ana Example changed it (5 MB)
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_file_becomes_a_document_where_google_can_make_one() {
    let desk = desk().await;
    let reply = desk.run("file upload file=https://example.org/fire.txt --convert").await.unwrap();
    assert!(reply.card.unwrap().object.starts_with("https://docs.google.com/document/d/"));
    let (_, outcome) = upload(&desk, "file upload file=https://example.org/film.bin --convert", 10).await;
    expect![[r#"
        BadInput: Google makes no document of `film.bin`. Upload it as it is.
          convert: Google makes no document of `film.bin`. Upload it as it is.
    "#]]
    .assert_eq(&read(&outcome));
}

#[tokio::test]
async fn text_is_shown_and_the_rest_is_handed_over() {
    let desk = desk().await;
    check(
        &desk,
        "file download fire.txt",
        expect![[r#"
        > GET files?q=name = 'fire.txt' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1FireText000000000000000001
        > GET files/1FireText000000000000000001?alt=media
        fire.txt: fire.txt
        It burns.
    "#]],
    )
    .await;
    check(
        &desk,
        "file download logo.png",
        expect![[r#"
            > GET files?q=name = 'logo.png' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
            > GET files/1LogoPicture00000000000001A
            > GET files/1LogoPicture00000000000001A?alt=media
            logo.png (11 bytes)
            + logo.png (11 bytes)
        "#]],
    )
    .await;
    check(
        &desk,
        "file download Brief",
        expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        BadInput: A document has no bytes of its own: `file export` makes a file of it.
          file: A document has no bytes of its own: `file export` makes a file of it.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn exporting() {
    let desk = desk().await;
    check(
        &desk,
        "file export Brief to=md",
        expect![[r#"
            > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
            > GET files/1BriefDocument0000000000001
            > GET files/1BriefDocument0000000000001/export?mimeType=text/markdown
            Brief.md: Brief
            # Brief

            The printer prints only cats.
        "#]],
    )
    .await;
    check(
        &desk,
        "file export Budget to=csv",
        expect![[r#"
            > GET files?q=name = 'Budget' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
            > GET files/1BudgetSheet00000000000001A
            > GET files/1BudgetSheet00000000000001A/export?mimeType=text/csv
            Budget.csv: Budget
            item,cost
            printer,300
            paper,12
        "#]],
    )
    .await;
    check(
        &desk,
        "file export Kick-off",
        expect![[r#"
            > GET files?q=name = 'Kick-off' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
            > GET files/1KickoffSlides000000000001A
            > GET files/1KickoffSlides000000000001A/export?mimeType=application/pdf
            Kick-off as pdf.
            + Kick-off.pdf (10 bytes)
        "#]],
    )
    .await;
    check(&desk, "file export Brief to=docx folder=Demo", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > GET files?q=name = 'Demo' and trashed = false and mimeType = 'application/vnd.google-apps.folder'&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1DemoFolder0000000000000001
        > GET files/1BriefDocument0000000000001/export?mimeType=application/vnd.openxmlformats-officedocument.wordprocessingml.document
        > POST /uploadfiles?uploadType=multipart --bellhop-…
          Content-Type: application/json; charset=UTF-8
          {"name":"Brief.docx","parents":["1DemoFolder0000000000000001"]}
          --bellhop-…
          Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document
          %EXPORTED
          # Brief
          The printer prints only cats.
          --bellhop-…--
        > GET files/1DemoFolder0000000000000001
        Exported “Brief” into Demo.
        # Brief.docx
        File in Demo
        Owner: the shared drive
        Changed: 2026-11-21 10:00 UTC by Ana Example
        Size: 49 bytes
        Shared: with others
        [Share…: file share {"file":"1New000000000000000000000001"}] [Who has access: share list {"file":"1New000000000000000000000001"}] [Comment…: comment add {"file":"1New000000000000000000000001"}] [Comments: comment list {"file":"1New000000000000000000000001"}]
        [Rename…: file rename {"file":"1New000000000000000000000001"}] [Move…: file move {"file":"1New000000000000000000000001"}] [Copy…: file copy {"file":"1New000000000000000000000001"}] [Download: file download {"file":"1New000000000000000000000001"}] [Activity: file activity {"file":"1New000000000000000000000001"}] [Versions: version list {"file":"1New000000000000000000000001"}] [Move to the trash: file trash {"file":"1New000000000000000000000001"}]
    "#]]).await;
    assert_eq!(content(&desk, "Brief.docx"), b"%EXPORTED\n# Brief\n\nThe printer prints only cats.\n");
    let mut text = String::new();
    for line in ["file export Brief to=xlsx", "file export fire.txt to=pdf", "file export Brief to=txt"] {
        text.push_str(&read(&desk.run(line).await));
    }
    expect![[r#"
        BadInput: Google makes no xlsx of a document. It can be pdf, docx, md, txt.
          to: Google makes no xlsx of a document. It can be pdf, docx, md, txt.
        BadInput: “fire.txt” is no Google document: `file download` fetches it as it is.
          to: “fire.txt” is no Google document: `file download` fetches it as it is.
        Brief.txt: Brief
        # Brief

        The printer prints only cats.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn what_a_new_version_cannot_have_is_refused_before_it_travels() {
    let desk = desk().await;
    let mut text = String::new();
    for line in [
        "file upload file=https://example.org/fire.txt replace=fire.txt name=water.txt",
        "file upload file=https://example.org/fire.txt replace=fire.txt folder=Demo",
        "file upload file=https://example.org/fire.txt replace=fire.txt --convert",
    ] {
        text.push_str(&read(&desk.run(line).await));
    }
    expect![[r#"
        BadInput: A new version keeps the file's name: rename it with `file rename`.
          name: A new version keeps the file's name: rename it with `file rename`.
        BadInput: A new version stays in the file's folder: move it with `file move`.
          folder: A new version stays in the file's folder: move it with `file move`.
        BadInput: A new version keeps the file's type: upload it without `replace` to make a document of it.
          convert: A new version keeps the file's type: upload it without `replace` to make a document of it.
    "#]]
    .assert_eq(&text);
    assert_eq!(state(&desk, |it| it.file("1FireText000000000000000001").map(|it| it.revisions.len())), Some(1));
}

#[tokio::test]
async fn what_is_no_file_is_only_opened() {
    let desk = desk().await;
    desk.run("file create Survey type=form folder=Demo").await.unwrap();
    let mut text = String::new();
    for line in
        ["file download Demo", "file export Demo", "file export Demo to=pdf", "file download Survey", "file export Survey"]
    {
        text.push_str(&read(&desk.run(line).await));
    }
    expect![[r#"
        BadInput: “Demo” is a folder, which does not come as a file. Open it, or see what is in it with `file list`: https://drive.google.com/drive/folders/1DemoFolder0000000000000001
          file: “Demo” is a folder, which does not come as a file. Open it, or see what is in it with `file list`: https://drive.google.com/drive/folders/1DemoFolder0000000000000001
        BadInput: “Demo” is a folder, which does not come as a file. Open it, or see what is in it with `file list`: https://drive.google.com/drive/folders/1DemoFolder0000000000000001
          file: “Demo” is a folder, which does not come as a file. Open it, or see what is in it with `file list`: https://drive.google.com/drive/folders/1DemoFolder0000000000000001
        BadInput: “Demo” is a folder, which does not come as a file. Open it, or see what is in it with `file list`: https://drive.google.com/drive/folders/1DemoFolder0000000000000001
          to: “Demo” is a folder, which does not come as a file. Open it, or see what is in it with `file list`: https://drive.google.com/drive/folders/1DemoFolder0000000000000001
        BadInput: “Survey” is a form of Google's, which cannot be had as a file. Open it: https://drive.google.com/file/d/1New000000000000000000000001/view
          file: “Survey” is a form of Google's, which cannot be had as a file. Open it: https://drive.google.com/file/d/1New000000000000000000000001/view
        BadInput: “Survey” is a form of Google's, which cannot be had as a file. Open it: https://drive.google.com/file/d/1New000000000000000000000001/view
          file: “Survey” is a form of Google's, which cannot be had as a file. Open it: https://drive.google.com/file/d/1New000000000000000000000001/view
    "#]]
    .assert_eq(&text);
    let card = read(&desk.run("file show Survey").await);
    assert!(!card.contains("file export") && !card.contains("file download"), "{card}");
    assert!(read(&desk.run("file show Brief").await).contains("file export"));
}
