//! Favourites, tags, properties, searches.

use super::*;

#[tokio::test]
async fn favourites_are_marked_and_found() {
    let desk = desk().await;
    check(&desk, "favorite add /Reports", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports
        > PROPPATCH /remote.php/dav/files/bellhop/Reports <d:set><d:prop><oc:favorite>1</oc:favorite></d:prop></d:set>
        > PROPFIND /remote.php/dav/files/bellhop/Reports
        `/Reports` is a favourite now.
        # Reports
        Reports · in / · Folder · 1.2 MB
        Owner: Bellhop
        Shared with: people, a public link
        Favourite: yes
        [Open: file list {"folder":"/Reports"}] [Upload…: file upload {"folder":"/Reports"}] [Share…: share create {"file":"5"}] [Public link…: share link {"file":"5"}] [Delete: file delete {"file":"5"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    check(
        &desk,
        "favorite list",
        expect![[r#"
        > REPORT /remote.php/dav/files/bellhop/ <oc:favorite>1</oc:favorite>
        # Favourites
        - Reports/ · 1.2 MB · 2026-11-21 10:00 UTC · favourite · shared · in /
    "#]],
    )
    .await;
    read_all(&desk, &["file search --favorite", "favorite remove /Reports", "favorite list"], expect![[r#"
        $ file search --favorite
        # 1 found
        - Reports/ · 1.2 MB · 2026-11-21 10:00 UTC · favourite · shared · in /
        $ favorite remove /Reports
        `/Reports` is no favourite any more.
        # Reports
        Reports · in / · Folder · 1.2 MB
        Owner: Bellhop
        Shared with: people, a public link
        [Open: file list {"folder":"/Reports"}] [Upload…: file upload {"folder":"/Reports"}] [Share…: share create {"file":"5"}] [Public link…: share link {"file":"5"}] [Delete: file delete {"file":"5"}]
        (Changed 2026-11-21 10:00 UTC)
        $ favorite list
        Nothing is marked as a favourite. Mark it with favorite add and its path.
    "#]]).await;
    assert!(desk.standin.state().nodes.iter().all(|it| !it.is_favorite));
}

#[tokio::test]
async fn tags_are_made_put_on_found_and_deleted() {
    let desk = desk().await;
    check(
        &desk,
        "tag list",
        expect![[r#"
        > PROPFIND /remote.php/dav/systemtags/
        # Tags
        - Draft
        - Final
        - Legal hold · set by administrators
        [Draft: tag files {"tag":"Draft"}] [Final: tag files {"tag":"Final"}] [Legal hold: tag files {"tag":"Legal hold"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "tag create Urgent",
        expect![[r#"
        > POST /remote.php/dav/systemtags/ {"name":"Urgent","userVisible":true,"userAssignable":true,"canAssign":true}
        Made the tag Urgent.
    "#]],
    )
    .await;
    check(&desk, "tag add /Reports/2026.pdf urgent", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        > PROPFIND /remote.php/dav/systemtags/
        > PUT /remote.php/dav/systemtags-relations/files/10/4
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        Tagged `/Reports/2026.pdf` Urgent.
        # 2026.pdf
        2026.pdf · in /Reports · application/pdf · 1.2 MB
        Owner: Bellhop
        Tags: Urgent
        [Get it: file download {"file":"10"}] [Share…: share create {"file":"10"}] [Public link…: share link {"file":"10"}] [Delete: file delete {"file":"10"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    check(
        &desk,
        "tag files Draft",
        expect![[r#"
        > PROPFIND /remote.php/dav/systemtags/
        > REPORT /remote.php/dav/files/bellhop/ <oc:systemtag>1</oc:systemtag>
        # Tagged Draft
        - apollo.txt · 22 bytes · 2026-11-21 10:00 UTC · in /Reports
    "#]],
    )
    .await;
    check(&desk, "tag remove /Reports/2026.pdf Urgent", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        > PROPFIND /remote.php/dav/systemtags/
        > DELETE /remote.php/dav/systemtags-relations/files/10/4
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        `/Reports/2026.pdf` is no longer tagged Urgent.
        # 2026.pdf
        2026.pdf · in /Reports · application/pdf · 1.2 MB
        Owner: Bellhop
        [Get it: file download {"file":"10"}] [Share…: share create {"file":"10"}] [Public link…: share link {"file":"10"}] [Delete: file delete {"file":"10"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    read_all(
        &desk,
        &[
            "tag list /Reports/apollo.txt",
            "tag add /Reports/apollo.txt Draft",
            "tag add /Reports/apollo.txt Drafft",
            "tag add /Reports/apollo.txt Legal hold",
            "tag remove /Reports/2026.pdf Draft",
            "tag create Draft",
            "tag delete Draft",
            "tag delete Draft confirm=yes",
            "tag files Final",
        ],
        expect![[r#"
            $ tag list /Reports/apollo.txt
            # Tags of /Reports/apollo.txt
            - Draft
            [Draft: tag files {"tag":"Draft"}]
            $ tag add /Reports/apollo.txt Draft
            BadInput: `/Reports/apollo.txt` has the tag Draft already.
              tag: `/Reports/apollo.txt` has the tag Draft already.
            $ tag add /Reports/apollo.txt Drafft
            BadInput: There is no tag `Drafft`. Did you mean `Draft`? Make it with tag create.
              tag: There is no tag `Drafft`. Did you mean `Draft`? Make it with tag create.
            $ tag add /Reports/apollo.txt Legal hold
            BadInput: The tag Legal hold is set by administrators only.
              tag: The tag Legal hold is set by administrators only.
            $ tag remove /Reports/2026.pdf Draft
            BadInput: `/Reports/2026.pdf` does not have the tag Draft.
              tag: `/Reports/2026.pdf` does not have the tag Draft.
            $ tag create Draft
            BadInput: There is a tag `Draft` already.
              tag: There is a tag `Draft` already.
            $ tag delete Draft
            (only you)
            [Warning]
            This deletes the tag Draft for everybody. 1 file that the bot sees loses it. It cannot be undone.
            [Delete the tag: tag delete {"tag":"Draft","confirm":"yes"}]
            $ tag delete Draft confirm=yes
            Deleted the tag Draft.
            $ tag files Final
            No file has the tag Final.
        "#]],
    )
    .await;
    assert!(desk.standin.state().tags.iter().all(|it| it.name != "Draft"));
}

#[tokio::test]
async fn properties_of_peoples_own_are_kept() {
    let desk = desk().await;
    check(&desk, "property set /Reports/2026.pdf customer Apollo & <Sons>", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        > PROPPATCH /remote.php/dav/files/bellhop/Reports/2026.pdf <d:set><d:prop><p:customer xmlns:p="urn:bellhop:properties">Apollo &amp; &lt;Sons&gt;</p:customer></d:prop></d:set>
        Set customer of /Reports/2026.pdf to Apollo & <Sons>.
    "#]]).await;
    check(
        &desk,
        "property list /Reports/2026.pdf",
        expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        # /Reports/2026.pdf
        Property | Value
        customer | Apollo & <Sons>
        d:displayname | 2026.pdf
        d:getcontentlength | 1200009
        d:getcontenttype | application/pdf
        d:getetag | "a6b016ba0"
        d:getlastmodified | Sat, 21 Nov 2026 10:00:00 GMT
        d:resourcetype | 
        nc:has-preview | false
        nc:lock | 
        oc:comments-count | 0
        oc:favorite | 0
        oc:fileid | 10
        oc:owner-display-name | Bellhop
        oc:owner-id | bellhop
        oc:permissions | RGDNVW
        oc:size | 1200009
        [Set a property…: property set {"file":"10"}]
    "#]],
    )
    .await;
    check(&desk, "property remove /Reports/2026.pdf customer", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        > PROPPATCH /remote.php/dav/files/bellhop/Reports/2026.pdf <d:remove><d:prop><p:customer xmlns:p="urn:bellhop:properties"/></d:prop></d:remove>
        Removed customer from /Reports/2026.pdf.
    "#]]).await;
    read_all(
        &desk,
        &[
            "property set /Reports/2026.pdf {http://example.org/}customer Apollo",
            "property set /Reports/2026.pdf d:getetag 1",
            "property set /Reports/2026.pdf dc:title x",
            "property set /Reports/2026.pdf 1st x",
        ],
        expect![[r#"
            $ property set /Reports/2026.pdf {http://example.org/}customer Apollo
            Set {http://example.org/}customer of /Reports/2026.pdf to Apollo.
            $ property set /Reports/2026.pdf d:getetag 1
            Permission: Nextcloud does not let `getetag` of `/Reports/2026.pdf` be changed (403).
            $ property set /Reports/2026.pdf dc:title x
            BadInput: `dc:title` is no property's name. Write a word, such as customer, or one with its namespace: {http://example.org/}customer.
              name: `dc:title` is no property's name. Write a word, such as customer, or one with its namespace: {http://example.org/}customer.
            $ property set /Reports/2026.pdf 1st x
            BadInput: `1st` is no property's name. Write a word, such as customer, or one with its namespace: {http://example.org/}customer.
              name: `1st` is no property's name. Write a word, such as customer, or one with its namespace: {http://example.org/}customer.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let node = &state.nodes[state.at("/Reports/2026.pdf").expect("a file")];
    assert_eq!(node.properties, [("http://example.org/".into(), "customer".into(), "Apollo".into())]);
}

#[tokio::test]
async fn files_are_found_by_what_they_are_and_by_what_they_say() {
    let desk = desk().await;
    check(&desk, "search apollo", expect![[r#"
        > SEARCH /remote.php/dav/ /files/bellhop/ <d:like><d:prop><d:displayname/></d:prop><d:literal>%apollo%</d:literal></d:like>
        # 1 found
        - apollo.txt · 22 bytes · 2026-11-21 10:00 UTC · in /Reports
    "#]]).await;
    check(&desk, "file search folder=/Reports kind=text since=2026-11-01 larger=0", expect![[r#"
        > SEARCH /remote.php/dav/ /files/bellhop/Reports <d:and><d:like><d:prop><d:getcontenttype/></d:prop><d:literal>text/%</d:literal></d:like><d:gt><d:prop><oc:size/></d:prop><d:literal>0</d:literal></d:gt><d:gte><d:prop><d:getlastmodified/></d:prop><d:literal>2026-11-01T00:00:00+00:00</d:literal></d:gte></d:and>
        # 2 found
        - apollo.txt · 22 bytes · 2026-11-21 10:00 UTC · in /Reports
        - printers.csv · 34 bytes · 2026-11-21 10:00 UTC · in /Reports
    "#]]).await;
    check(&desk, "search everywhere lights", expect![[r#"
        > GET /ocs/v2.php/search/providers?format=json
        > GET /ocs/v2.php/search/providers/fulltextsearch/search?format=json&term=lights&limit=10
        (only you)
        # Full text search
        - house-rules.md · in /Handbook
        [Files: search everywhere {"text":"lights","within":"files"}] [Events: search everywhere {"text":"lights","within":"calendar"}]
    "#]]).await;
    read_all(
        &desk,
        &[
            "file search",
            "file search nothing-like-it",
            "search everywhere within=mail lights",
            "search everywhere within=calendar lights",
        ],
        expect![[r#"
            $ file search
            BadInput: What shall I look for? Write a part of the name, or kind=image, larger=10, since=2026-11-01.
              text: What shall I look for? Write a part of the name, or kind=image, larger=10, since=2026-11-01.
            $ file search nothing-like-it
            Nothing like that is there.
            $ search everywhere within=mail lights
            BadInput: Nextcloud cannot search in `mail`. It can in files, fulltextsearch or calendar.
              within: Nextcloud cannot search in `mail`. It can in files, fulltextsearch or calendar.
            $ search everywhere within=calendar lights
            (only you)
            Events: nothing found.
            [Files: search everywhere {"text":"lights","within":"files"}] [Full text search: search everywhere {"text":"lights","within":"fulltextsearch"}]
        "#]],
    )
    .await;
    for number in 1..=30 {
        desk.standin.state().add(&format!("/Inbox/cat-{number:02}.png"), false, b"x".to_vec(), "image/png");
    }
    let first = done(&desk, "search everywhere within=files cat").await;
    assert!(first.contains("cat-10.png") && !first.contains("cat-11.png") && first.contains("\"cursor\":\"10\""), "{first}");
    let last = done(&desk, "search everywhere within=files cursor=20 cat").await;
    assert!(last.contains("cat-30.png") && !last.contains("Show more"), "{last}");
    assert!(done(&desk, "file search cat").await.starts_with("# More than 25 found"));
}

#[tokio::test]
async fn not_everything_is_searched_of_a_connection_with_a_folder() {
    let desk = desk_with(|_| {}, |it| drop(it.insert("folder".into(), json!("/Reports")))).await;
    let from = desk.server.exchanges().len();
    read_all(
        &desk,
        &["search everywhere lights", "search everywhere within=files house", "file search house", "file search apollo"],
        expect![[r#"
            $ search everywhere lights
            Permission: People reach only one folder by this connection, and this search finds what lies outside of it as well. Look for files by their names with `file search`.
            $ search everywhere within=files house
            Permission: People reach only one folder by this connection, and this search finds what lies outside of it as well. Look for files by their names with `file search`.
            $ file search house
            Nothing like that is there.
            $ file search apollo
            # 1 found
            - apollo.txt · 22 bytes · 2026-11-21 10:00 UTC · in /
        "#]],
    )
    .await;
    assert!(desk.server.exchanges()[from..].iter().all(|it| !it.path.contains("/search/providers")));
    let missing = desk.connected.features().await.expect("features").missing;
    assert_eq!(missing.iter().map(|it| it.action).collect::<Vec<_>>(), ["search everywhere"]);
}
