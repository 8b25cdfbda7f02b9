//! Project folders.

use super::*;
use crate::standin::Fault;

#[tokio::test]
async fn a_project_is_made_from_a_template_and_shared() {
    let desk = desk().await;
    check(&desk, "project create Apollo share=ana share=design", expect![""]).await;
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
    read_all(&desk, &["project create Apollo share=ana", "project templates"], expect![""]).await;
}

#[tokio::test]
async fn a_template_can_be_a_folder_with_files() {
    let desk = desk().await;
    check(&desk, "project create Demo template=client folder=/Inbox", expect![""]).await;
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
        expect![""],
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
    assert_eq!(writes.len(), 9, "a folder, its mark, five folders less one above, and two shares: {writes:?}");
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
