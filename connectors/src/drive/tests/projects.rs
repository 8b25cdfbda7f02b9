//! Folders for projects.

use super::*;

/// The paths of all that is below the folder of that name.
fn tree(desk: &Desk<Simulated>, root: &str) -> String {
    fn below(state: &State, id: &str, depth: usize, all: &mut String) {
        let mut inside: Vec<_> = state.files.iter().filter(|it| it.parent.as_deref() == Some(id)).collect();
        inside.sort_by_key(|it| it.name.clone());
        for file in inside {
            all.push_str(&format!(
                "{}{} ({})\n",
                "  ".repeat(depth),
                file.name,
                file.mime.rsplit(['.', '/']).next().unwrap_or_default()
            ));
            below(state, &file.id, depth + 1, all);
        }
    }
    state(desk, |it| {
        let mut all = String::new();
        for root in it.files.iter().filter(|it| it.name == root) {
            all.push_str(&format!("{}\n", root.name));
            below(it, &root.id, 1, &mut all);
        }
        all
    })
}

#[tokio::test]
async fn a_project_is_made_after_the_first_template_and_shared() {
    let desk = desk().await;
    check(&desk, "project create Apollo share=@team,chloe@example.org", expect![[r#"
        > GET files/0AProjectsSharedDrive1
        > GET drives/0AProjectsSharedDrive1
        > GET files?q=appProperties has { key='bellhopProject' and value='c81dab6f25a2ec1ff04d11f5' } and trashed = false&pageSize=200&includeItemsFromAllDrives=true&corpora=drive&driveId=0AProjectsSharedDrive1
        > GET files?q=name = 'Apollo' and '0AProjectsSharedDrive1' in parents and trashed = false&pageSize=2&includeItemsFromAllDrives=true&corpora=drive&driveId=0AProjectsSharedDrive1
        > POST files {"name":"Apollo","mimeType":"application/vnd.google-apps.folder","parents":["0AProjectsSharedDrive1"],"appProperties":{"bellhopProject":"c81dab6f25a2ec1ff04d11f5","bellhopPlace":"/"}}
        > POST files {"name":"01 Brief","mimeType":"application/vnd.google-apps.folder","parents":["1New000000000000000000000001"],"appProperties":{"bellhopProject":"c81dab6f25a2ec1ff04d11f5","bellhopPlace":"497cbcb535eb60835615e0c4"}}
        > POST files {"name":"02 Design","mimeType":"application/vnd.google-apps.folder","parents":["1New000000000000000000000001"],"appProperties":{"bellhopProject":"c81dab6f25a2ec1ff04d11f5","bellhopPlace":"61e2520420e364ae7d11bed8"}}
        > POST files {"name":"Drafts","mimeType":"application/vnd.google-apps.folder","parents":["1New000000000000000000000003"],"appProperties":{"bellhopProject":"c81dab6f25a2ec1ff04d11f5","bellhopPlace":"d35b2c0165bef22ae370e412"}}
        > POST files {"name":"03 Delivery","mimeType":"application/vnd.google-apps.folder","parents":["1New000000000000000000000001"],"appProperties":{"bellhopProject":"c81dab6f25a2ec1ff04d11f5","bellhopPlace":"50de21a01a33470cef879dc1"}}
        > GET files/1New000000000000000000000001/permissions?pageSize=100
        > POST /batch/drive/v3 --bellhop-…
          Content-Type: application/http
          Content-ID: <0>
          POST files/1New000000000000000000000001/permissions?supportsAllDrives=true&fields=id HTTP/1.1
          Content-Type: application/json
          Content-Length: 66
          {"type":"group","role":"writer","emailAddress":"team@example.org"}
          --bellhop-…
          Content-Type: application/http
          Content-ID: <1>
          POST files/1New000000000000000000000001/permissions?supportsAllDrives=true&fields=id HTTP/1.1
          Content-Type: application/json
          Content-Length: 66
          {"type":"user","role":"writer","emailAddress":"chloe@example.org"}
          --bellhop-…--
        > GET files?q='1New000000000000000000000001' in parents and trashed = false&pageSize=21&includeItemsFromAllDrives=true&corpora=allDrives&orderBy=folder%2Cname_natural
        > GET files/1New000000000000000000000001
        Made the project “Apollo”, with 4 folders and files in it.
        Shared with team@example.org and chloe@example.org.
        - 01 Brief
        - 02 Design
        - 03 Delivery
        # Apollo
        Folder in Projects
        Owner: the shared drive
        Changed: 2026-11-21 10:00 UTC by Ana Example
        Shared: with others
        [What is in it: file list {"folder":"1New000000000000000000000001"}] [Share…: file share {"file":"1New000000000000000000000001"}] [Who has access: share list {"file":"1New000000000000000000000001"}] [New folder…: folder create {"parent":"1New000000000000000000000001"}]
        [Rename…: file rename {"file":"1New000000000000000000000001"}] [Move…: file move {"file":"1New000000000000000000000001"}] [Move to the trash: file trash {"file":"1New000000000000000000000001"}]
        (pinned: Apollo https://drive.google.com/drive/folders/1New000000000000000000000001)
    "#]]).await;
    expect![[r#"
        Apollo
          01 Brief (folder)
          02 Design (folder)
            Drafts (folder)
          03 Delivery (folder)
    "#]]
    .assert_eq(&tree(&desk, "Apollo"));
}

#[tokio::test]
async fn a_run_that_was_cut_goes_on_where_it_was() {
    let desk = desk().await;
    desk.standin.state().makes = Some(3);
    let cut = desk.run("project create Apollo template=standard share=@team").await;
    expect![[r#"
        Server: Google Drive failed (500 Internal Server Error): Backend Error. Try again in a minute. 3 of 5 folders and files of “Apollo” are there (https://drive.google.com/drive/folders/1New000000000000000000000001). The same command again goes on from there.
    "#]].assert_eq(&read(&cut));
    assert!(cut.unwrap_err().maybe_done);
    assert_eq!(tree(&desk, "Apollo").lines().count(), 3);
    desk.standin.state().makes = None;
    // This time one is made, and its answer is lost.
    desk.standin.state().loses = 1;
    desk.run("project create Apollo template=standard").await.unwrap_err();
    let reply = desk.run("project create apollo template=standard share=@team").await.unwrap();
    assert_eq!(reply.message.summary(), "Completed the project “Apollo”: 4 of its folders and files were there, 1 more are now.");
    let whole = tree(&desk, "Apollo");
    expect![[r#"
        Apollo
          01 Brief (folder)
          02 Design (folder)
            Drafts (folder)
          03 Delivery (folder)
    "#]]
    .assert_eq(&whole);
    let reply = desk.run("project create Apollo template=standard share=@team").await.unwrap();
    assert_eq!(reply.message.summary(), "The project “Apollo” is complete: there was nothing left to make.");
    assert_eq!(tree(&desk, "Apollo"), whole);
    let shares = state(&desk, |it| it.files.iter().find(|it| it.name == "Apollo").map(|it| it.permissions.len()));
    assert_eq!(shares, Some(1), "it is shared once");
}

#[tokio::test]
async fn a_folder_is_a_template_with_all_that_is_in_it() {
    let desk = desk().await;
    desk.standin.state().makes = Some(3);
    desk.run("project create Kick template=workshop").await.unwrap_err();
    desk.standin.state().makes = None;
    desk.run("project create Kick template=workshop").await.unwrap();
    expect![[r#"
        Kick
          Agenda (document)
          Handouts (folder)
            Map.pdf (pdf)
    "#]]
    .assert_eq(&tree(&desk, "Kick"));
    let link = "https://drive.google.com/drive/folders/1TemplateHandouts0000000001";
    desk.run(&format!("project create Handy template={link} folder=root")).await.unwrap();
    expect![[r#"
        Handy
          Map.pdf (pdf)
    "#]]
    .assert_eq(&tree(&desk, "Handy"));
}

#[tokio::test]
async fn shortcuts_and_files_of_the_same_name_come_along() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let mut again = state.file("1TemplateAgenda000000000001").unwrap().clone();
        again.id = "1TemplateAgenda000000000002".into();
        let mut shortcut = state.file("1ShortcutToBrief00000000001").unwrap().clone();
        (shortcut.id, shortcut.parent) = ("1ShortcutToBrief00000000002".into(), again.parent.clone());
        state.files.extend([again, shortcut]);
    }
    desk.run("project create Kick template=workshop").await.unwrap();
    expect![[r#"
        Kick
          Agenda (document)
          Agenda (document)
          Brief of Demo (shortcut)
          Handouts (folder)
            Map.pdf (pdf)
    "#]]
    .assert_eq(&tree(&desk, "Kick"));
    let reply = desk.run("project create Kick template=workshop").await.unwrap();
    assert_eq!(reply.message.summary(), "The project “Kick” is complete: there was nothing left to make.");
}

#[tokio::test]
async fn names_follow_the_project() {
    let desk = desk_with(|it| drop(it.insert("templates".into(), json!("one:\n  Offer for {project}")))).await;
    desk.run("project create Apollo").await.unwrap();
    expect![[r#"
        Apollo
          Offer for Apollo (folder)
    "#]]
    .assert_eq(&tree(&desk, "Apollo"));
}

#[tokio::test]
async fn what_stands_in_the_way_is_said() {
    let desk = desk().await;
    let mut text = String::new();
    for line in [
        "project create Demo",
        "project create Apollo template=standart",
        "project create Apollo share=Ben",
        "project create Apollo folder=fire.txt",
    ] {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    expect![[r#"
        project create Demo
        BadInput: There is something called “Demo” in Projects already, which I did not make: https://drive.google.com/drive/folders/1DemoFolder0000000000000001
          name: There is something called “Demo” in Projects already, which I did not make: https://drive.google.com/drive/folders/1DemoFolder0000000000000001
        project create Apollo template=standart
        BadInput: There is no template `standart`. There is `standard`, `workshop`. The link of a folder does, too.
          template: There is no template `standart`. There is `standard`, `workshop`. The link of a folder does, too.
        project create Apollo share=Ben
        BadInput: `Ben` is nobody I can share with. Mention a person, or write an email address, group:team@example.org, domain:example.org or anyone.
          share: `Ben` is nobody I can share with. Mention a person, or write an email address, group:team@example.org, domain:example.org or anyone.
        project create Apollo folder=fire.txt
        NotFound: There is no folder called “fire.txt” that ana@example.org can see. Look for it with `search`, or paste its link.
          folder: There is no folder called “fire.txt” that ana@example.org can see. Look for it with `search`, or paste its link.
    "#]].assert_eq(&text);
    let none = desk_with(|it| drop(it.remove("templates"))).await;
    expect![[r#"
        BadInput: There are no templates: an administrator writes them into the connection's `templates`. The link of a folder does, too.
          template: There are no templates: an administrator writes them into the connection's `templates`. The link of a folder does, too.
    "#]].assert_eq(&read(&none.run("project create Apollo").await));
    expect![[r#"
        (only you)
        There are no templates: an administrator writes them into the connection's `templates`.
    "#]]
    .assert_eq(&read(&none.run("project templates").await));
}

#[tokio::test]
async fn projects_and_templates_are_listed() {
    let desk = desk().await;
    check(&desk, "project list", expect![[r#"
        > GET files?q=appProperties has { key='bellhopPlace' and value='/' } and trashed = false&pageSize=51&includeItemsFromAllDrives=true&corpora=allDrives&orderBy=name_natural
        There are no projects yet.
        [New project…: project create {}]
    "#]]).await;
    desk.run("project create Apollo").await.unwrap();
    desk.run("project create Zeus").await.unwrap();
    check(&desk, "project list", expect![[r#"
        > GET files?q=appProperties has { key='bellhopPlace' and value='/' } and trashed = false&pageSize=51&includeItemsFromAllDrives=true&corpora=allDrives&orderBy=name_natural
        2 projects
        - Apollo · Folder · Ana Example · 2026-11-21 10:00 UTC
        - Zeus · Folder · Ana Example · 2026-11-21 10:00 UTC
        [New project…: project create {}]
    "#]]).await;
    check(&desk, "project list name=apo", expect![[r#"
        > GET files?q=appProperties has { key='bellhopPlace' and value='/' } and trashed = false and name contains 'apo'&pageSize=51&includeItemsFromAllDrives=true&corpora=allDrives&orderBy=name_natural
        1 project
        - Apollo · Folder · Ana Example · 2026-11-21 10:00 UTC
        [New project…: project create {}]
    "#]]).await;
    check(
        &desk,
        "project templates",
        expect![[r#"
        > GET files/1TemplateWorkshop00000000001
        (only you)
        standard
        01 Brief
        02 Design
          Drafts
        03 Delivery
        workshop copies Workshop template
    "#]],
    )
    .await;
}

#[tokio::test]
async fn less_than_is_asked_for_is_raised() {
    let desk = desk().await;
    desk.run("project create Apollo share=chloe@example.org role=viewer").await.unwrap();
    let role = |who: &str| {
        let id = state(&desk, |it| it.files.iter().find(|it| it.name == "Apollo").map(|it| it.id.clone())).unwrap();
        state(&desk, |it| crate::drive::standin::permission_of(it, &id, who).map(|it| it.role.clone()))
    };
    assert_eq!(role("chloe@example.org"), None, "the shared drive lets her look");
    // Ben may change all of the drive, and Chloe only look at it.
    let reply = desk.run("project create Apollo share=ben@example.org,chloe@example.org role=editor").await;
    assert!(read(&reply).contains("Shared with chloe@example.org.\n"), "{}", read(&reply));
    assert_eq!((role("chloe@example.org").as_deref(), role("ben@example.org")), (Some("writer"), None));
    let reply = desk.run("project create Apollo share=chloe@example.org role=viewer").await;
    assert!(!read(&reply).contains("Shared with chloe"), "{}", read(&reply));
    assert_eq!(role("chloe@example.org").as_deref(), Some("writer"), "nothing is taken away");
}

#[tokio::test]
async fn a_project_is_made_although_nobody_can_be_let_in() {
    for strangers in [&["nobody@example.org"][..], &["nobody@example.org", "noone@example.org"]] {
        let desk = desk().await;
        let reply = desk.run(&format!("project create Apollo share={}", strangers.join(","))).await;
        let text = read(&reply);
        let all = [
            "Made the project “Apollo”, with 4 folders and files in it.",
            "The folders are there, but nobody could be let in.",
            "let them in with file share.",
            "[Share with them…: file share {",
        ];
        for said in all.into_iter().map(str::to_owned).chain(strangers.iter().map(|it| format!("Not with {it}: "))) {
            assert!(text.contains(&said), "{said}: {text}");
        }
        assert!(!text.contains("Shared with"), "{text}");
        assert!(tree(&desk, "Apollo").contains("01 Brief"), "its folders are made");
        let shares = state(&desk, |it| it.files.iter().find(|it| it.name == "Apollo").map(|it| it.permissions.len()));
        assert_eq!(shares, Some(0));
    }
}

#[tokio::test]
async fn who_is_let_in_is_told_from_who_is_not() {
    let desk = desk().await;
    let text = read(&desk.run("project create Apollo share=chloe@example.org,nobody@example.org").await);
    assert!(text.contains("Shared with chloe@example.org.\n"), "{text}");
    assert!(text.contains("Not with nobody@example.org: ") && text.contains("\"with\":[\"nobody@example.org\"]"), "{text}");
}

#[tokio::test]
async fn nothing_is_made_twice_because_a_search_was_cut() {
    let desk = desk().await;
    desk.run("project create Apollo").await.unwrap();
    let whole = tree(&desk, "Apollo");
    desk.standin.state().incomplete = true;
    // One drive alone is searched to its end, in which the marks are found.
    let reply = desk.run("project create Apollo").await.unwrap();
    assert_eq!(reply.message.summary(), "The project “Apollo” is complete: there was nothing left to make.");
    assert_eq!(tree(&desk, "Apollo"), whole);
    // A folder to copy is looked through in all drives.
    let count = state(&desk, |it| it.files.len());
    expect![[r#"
        Server: Google did not look everywhere just now, so that I cannot tell what is there already. Try again in a minute.
    "#]]
    .assert_eq(&read(&desk.run("project create Kick template=workshop").await));
    assert_eq!(state(&desk, |it| it.files.len()), count, "nothing is half copied");
    let mut text = String::new();
    for line in ["file show Brief", "file show Demo/Brief", "file search printer", "file delete 1DemoFolder0000000000000001"] {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    expect![[r#"
        file show Brief
        NotFound: I found no file called “Brief”, but Google did not look everywhere. Try again, or paste its link.
          file: I found no file called “Brief”, but Google did not look everywhere. Try again, or paste its link.
        file show Demo/Brief
        NotFound: There is no folder “Demo” on the way of “Demo”. Google did not look everywhere: try again, or paste its link.
          file: There is no folder “Demo” on the way of “Demo”. Google did not look everywhere: try again, or paste its link.
        file search printer
        No file that ana@example.org can see has “printer” in it.
        (Google did not look everywhere this time: some may be missing. Try again in a minute.)
        file delete 1DemoFolder0000000000000001
        (only you)
        [Warning]
        This deletes folder “Demo” for good, with all that is in it. It is not in the trash afterwards: nobody can bring it back, and whoever it is shared with loses it too.
        [Delete for good: file delete {"file":"1DemoFolder0000000000000001","confirm":"yes"}] [Move to the trash: file trash {"file":"1DemoFolder0000000000000001"}]
    "#]]
    .assert_eq(&text);
}
