//! Project folders.

use super::*;
use crate::standin::Fault;

#[tokio::test]
async fn a_project_is_made_from_a_template_and_shared() {
    let desk = desk().await;
    check(&desk, "project create Apollo share=ana share=design", expect![[r#"
        > GET /ocs/v2.php/cloud/groups/details?format=json&search=ana&limit=25&offset=0
        > GET /ocs/v2.php/cloud/users/details?format=json&search=ana&limit=25&offset=0
        > GET /ocs/v2.php/cloud/groups/details?format=json&search=design&limit=25&offset=0
        > PROPFIND /remote.php/dav/files/bellhop/Projects/Apollo
        > PROPFIND /remote.php/dav/files/bellhop/Projects/Apollo
        > PROPFIND /remote.php/dav/files/bellhop/Projects
        > MKCOL /remote.php/dav/files/bellhop/Projects/Apollo
        > PROPPATCH /remote.php/dav/files/bellhop/Projects/Apollo <d:set><d:prop><p:project-template xmlns:p="urn:bellhop:properties">standard</p:project-template></d:prop></d:set>
        > PROPFIND /remote.php/dav/files/bellhop/Projects/Apollo
        > MKCOL /remote.php/dav/files/bellhop/Projects/Apollo/Contracts
        > MKCOL /remote.php/dav/files/bellhop/Projects/Apollo/Designs
        > PROPFIND /remote.php/dav/files/bellhop/Projects/Apollo/Designs
        > MKCOL /remote.php/dav/files/bellhop/Projects/Apollo/Designs/Drafts
        > MKCOL /remote.php/dav/files/bellhop/Projects/Apollo/Reports
        > PROPFIND /remote.php/dav/files/bellhop/Projects/Apollo
        > GET /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json&path=%2FProjects%2FApollo&reshares=true
        > POST /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json {"path":"/Projects/Apollo","shareType":0,"shareWith":"ana","permissions":15,"note":"Asked by Ana in Slack."}
        > POST /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json {"path":"/Projects/Apollo","shareType":1,"shareWith":"design","permissions":15,"note":"Asked by Ana in Slack."}
        > PROPFIND /remote.php/dav/files/bellhop/Projects/Apollo
        > PROPFIND /remote.php/dav/files/bellhop/Projects/Apollo
        The folders of Apollo are ready: made 5 folders, shared it with Ana Example (ana), group design.
        - Contracts
        - Designs
        - Reports
        (By the template standard.)
        # Apollo
        Apollo · in /Projects · Folder · 0 bytes
        Owner: Bellhop
        Shared with: people, groups
        [Open: file list {"folder":"/Projects/Apollo"}] [Upload…: file upload {"folder":"/Projects/Apollo"}] [Share…: share create {"file":"14"}] [Public link…: share link {"file":"14"}] [Delete: file delete {"file":"14"}]
        (Changed 2026-11-21 10:00 UTC)
        (pinned: Apollo {url}/index.php/f/14)
    "#]]).await;
    let paths: Vec<String> = {
        let state = desk.standin.state();
        state.nodes.iter().filter(|it| it.path.starts_with("/Projects/")).map(|it| it.path.clone()).collect()
    };
    assert_eq!(
        paths,
        [
            "/Projects/Apollo",
            "/Projects/Apollo/Contracts",
            "/Projects/Apollo/Designs",
            "/Projects/Apollo/Designs/Drafts",
            "/Projects/Apollo/Reports"
        ]
    );
    read_all(&desk, &["project create Apollo share=ana", "project templates"], expect![[r#"
        $ project create Apollo share=ana
        The folders of Apollo are all there: nothing was missing.
        - Contracts
        - Designs
        - Reports
        (By the template standard.)
        # Apollo
        Apollo · in /Projects · Folder · 0 bytes
        Owner: Bellhop
        Shared with: people, groups
        [Open: file list {"folder":"/Projects/Apollo"}] [Upload…: file upload {"folder":"/Projects/Apollo"}] [Share…: share create {"file":"14"}] [Public link…: share link {"file":"14"}] [Delete: file delete {"file":"14"}]
        (Changed 2026-11-21 10:00 UTC)
        (pinned: Apollo {url}/index.php/f/14)
        $ project templates
        # Templates
        - standard · Contracts, Designs, Designs/Drafts, Reports
        - client · a copy of that folder
    "#]]).await;
}

#[tokio::test]
async fn a_template_can_be_a_folder_with_files() {
    let desk = desk().await;
    check(&desk, "project create Demo template=client folder=/Inbox", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Templates
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/Demo
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/Demo
        > PROPFIND /remote.php/dav/files/bellhop/Inbox
        > MKCOL /remote.php/dav/files/bellhop/Inbox/Demo
        > PROPPATCH /remote.php/dav/files/bellhop/Inbox/Demo <d:set><d:prop><p:project-template xmlns:p="urn:bellhop:properties">client</p:project-template></d:prop></d:set>
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/Demo
        > PROPFIND /remote.php/dav/files/bellhop/Templates/client
        > COPY /remote.php/dav/files/bellhop/Templates/client/Drawings
        > COPY /remote.php/dav/files/bellhop/Templates/client/Contract.md
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/Demo
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/Demo
        The folders of Demo are ready: made 1 folder, copied 2 parts.
        - Drawings
        - Contract.md
        (By the template client.)
        # Demo
        Demo · in /Inbox · Folder · 11 bytes
        Owner: Bellhop
        [Open: file list {"folder":"/Inbox/Demo"}] [Upload…: file upload {"folder":"/Inbox/Demo"}] [Share…: share create {"file":"14"}] [Public link…: share link {"file":"14"}] [Delete: file delete {"file":"14"}]
        (Changed 2026-11-21 10:00 UTC)
        (pinned: Demo {url}/index.php/f/14)
    "#]]).await;
    assert!(desk.standin.state().at("/Inbox/Demo/Contract.md").is_some());
    let at = desk.standin.state().at("/Inbox/Demo/Drawings").expect("a folder");
    desk.standin.state().nodes.remove(at);
    read_all(
        &desk,
        &[
            "project create Demo template=client folder=/Inbox",
            "project create Demo template=standard folder=/Inbox",
            "project create Demo template=clinet",
            "project create Reports folder=/",
            "project create a/b",
            "project create Demo share=zoe",
            "project create Empty template=none",
        ],
        expect![[r#"
            $ project create Demo template=client folder=/Inbox
            The folders of Demo were half made and are complete now: copied 1 part.
            - Drawings
            - Contract.md
            (By the template client.)
            # Demo
            Demo · in /Inbox · Folder · 11 bytes
            Owner: Bellhop
            [Open: file list {"folder":"/Inbox/Demo"}] [Upload…: file upload {"folder":"/Inbox/Demo"}] [Share…: share create {"file":"14"}] [Public link…: share link {"file":"14"}] [Delete: file delete {"file":"14"}]
            (Changed 2026-11-21 10:00 UTC)
            (pinned: Demo {url}/index.php/f/14)
            $ project create Demo template=standard folder=/Inbox
            BadInput: `/Inbox/Demo` is there, made by the template `client`. Write template=client to complete it.
              template: `/Inbox/Demo` is there, made by the template `client`. Write template=client to complete it.
            $ project create Demo template=clinet
            BadInput: There is no template `clinet`. There is standard or client.
              template: There is no template `clinet`. There is standard or client.
            $ project create Reports folder=/
            BadInput: There is a folder `/Reports` already, which is no project's of mine. Choose another name.
              name: There is a folder `/Reports` already, which is no project's of mine. Choose another name.
            $ project create a/b
            BadInput: `a/b` is a path. Here stands a name only, without `/`.
              name: `a/b` is a path. Here stands a name only, without `/`.
            $ project create Demo share=zoe
            BadInput: Nextcloud knows nobody called `zoe`. Write a user name, an email address, or a full name.
              share: Nextcloud knows nobody called `zoe`. Write a user name, an email address, or a full name.
            $ project create Empty template=none
            The folders of Empty are ready: made 1 folder.
            # Empty
            Empty · in /Projects · Folder · 0 bytes
            Owner: Bellhop
            [Open: file list {"folder":"/Projects/Empty"}] [Upload…: file upload {"folder":"/Projects/Empty"}] [Share…: share create {"file":"18"}] [Public link…: share link {"file":"18"}] [Delete: file delete {"file":"18"}]
            (Changed 2026-11-21 10:00 UTC)
            (pinned: Empty {url}/index.php/f/18)
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_was_half_made_is_completed_wherever_it_stopped() {
    let whole = "project create Apollo share=ana share=design";
    let tree = |desk: &Desk<Simulated>| {
        let state = desk.standin.state();
        let paths: Vec<String> = state.nodes.iter().map(|it| it.path.clone()).collect();
        let shares: Vec<(u64, String)> = state.shares.iter().map(|it| (it.kind, it.with.clone())).collect();
        (paths, shares)
    };
    let reference = desk().await;
    let from = reference.server.exchanges().len();
    done(&reference, whole).await;
    let writes: Vec<usize> = reference.server.exchanges()[from..]
        .iter()
        .enumerate()
        .filter(|(_, it)| matches!(it.method.as_str(), "MKCOL" | "PROPPATCH" | "POST"))
        .map(|(at, _)| at)
        .collect();
    assert_eq!(writes.len(), 8, "a folder, its mark, four folders in it, and two shares: {writes:?}");
    for stop in writes {
        let desk = desk().await;
        // The server goes away when so many requests were answered.
        let (server, mut seen) = (&desk.server, desk.server.watch());
        let stopping = async {
            for _ in 0..=stop {
                seen.recv().await.expect("a request");
            }
            server.set_fault(Fault::Down).await.expect("the port closes");
        };
        let (outcome, ()) = tokio::join!(desk.run(whole), stopping);
        desk.server.set_fault(Fault::None).await.expect("the port opens");
        if let Err(error) = outcome {
            assert!(error.message.contains("half made"), "{error}");
        }
        done(&desk, whole).await;
        assert_eq!(tree(&desk), tree(&reference), "stopped after request {stop}");
    }
}

#[tokio::test]
async fn whom_nextcloud_refuses_keeps_nobody_else_out() {
    let desk = desk().await;
    for user in desk.standin.state().users.iter_mut().filter(|it| it.id == "ben") {
        user.enabled = false;
    }
    let said = done(&desk, "project create Apollo share=ben share=ana").await;
    assert!(said.contains("Not shared with Ben Example (ben): `/Projects/Apollo` cannot be shared like this."), "{said}");
    assert!(said.contains("shared it with Ana Example (ana)") && said.contains("(pinned: Apollo"), "{said}");
    let shares = |desk: &Desk<Simulated>| {
        let state = desk.standin.state();
        state.shares.iter().skip(2).map(|it| (it.with.clone(), it.permissions)).collect::<Vec<_>>()
    };
    assert_eq!(shares(&desk), [("ana".to_owned(), 15)]);
    // Who may only look at it is let change it, and keeps what was given beside.
    desk.standin.state().shares[2].permissions = 1 | 16;
    let said = done(&desk, "project create Apollo share=ana").await;
    assert!(said.contains("shared it with Ana Example (ana)"), "{said}");
    assert_eq!(shares(&desk), [("ana".to_owned(), 15 | 16)]);
    let from = desk.server.exchanges().len();
    done(&desk, "project create Apollo share=ana").await;
    assert!(desk.server.exchanges()[from..].iter().all(|it| it.method != "PUT"), "it is given once");
}

#[tokio::test]
async fn the_half_of_a_copied_folder_is_completed() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        for path in ["/Templates/client/Drawings/Old", "/Templates/client/Drawings/Plans"] {
            state.add(path, true, Vec::new(), "");
        }
        for path in ["/Templates/client/Drawings/Old/attic.txt", "/Templates/client/Drawings/site.txt"] {
            state.add(path, false, b"x".to_vec(), "text/plain");
        }
        state.copies = Some(2);
    }
    let inside = |desk: &Desk<Simulated>, top: &str| {
        let state = desk.standin.state();
        state.nodes.iter().filter_map(|it| it.path.strip_prefix(top).map(str::to_owned)).collect::<Vec<_>>()
    };
    let error = desk.run("project create Demo template=client").await.expect_err("a part was refused");
    assert!(error.message.contains("only a part of it") && error.message.contains("half made"), "{error}");
    assert_eq!(inside(&desk, "/Projects/Demo/"), ["Drawings", "Drawings/Old"]);
    desk.standin.state().copies = None;
    let said = done(&desk, "project create Demo template=client").await;
    assert!(said.starts_with("The folders of Demo were half made and are complete now: copied 4 parts."), "{said}");
    assert_eq!(inside(&desk, "/Projects/Demo/"), inside(&desk, "/Templates/client/"));
}
