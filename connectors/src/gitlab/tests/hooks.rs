//! Webhooks set up and taken down at GitLab.

use super::*;
use crate::{HookMade, tests::desk::HOOK};

#[tokio::test]
async fn hooks_are_set_up_and_taken_down() {
    let desk = desk().await;
    let mut all = String::new();
    for of in [Some("demo/printer"), None, Some("groups/demo"), Some("groups/nobody"), Some("nobody/nothing")] {
        all.push_str(&desk.hook(of).await);
    }
    expect![[r#"
        > POST /api/v4/projects/demo%2Fprinter/hooks {"url":"https://bot.example.org/hooks/news","token":"made-up-by-us","enable_ssl_verification":true,"confidential_issues_events":false,"confidential_note_events":false,"push_events":true,"tag_push_events":true,"issues_events":true,"note_events":true,"merge_requests_events":true,"job_events":true,"pipeline_events":true,"wiki_page_events":true,"deployment_events":true,"feature_flag_events":true,"releases_events":true,"milestone_events":true,"emoji_events":true,"resource_access_token_events":true,"vulnerability_events":true}
        2001 of demo/printer
        > POST /api/v4/projects/demo%2Fprinter/hooks {"url":"https://bot.example.org/hooks/news","token":"made-up-by-us","enable_ssl_verification":true,"confidential_issues_events":false,"confidential_note_events":false,"push_events":true,"tag_push_events":true,"issues_events":true,"note_events":true,"merge_requests_events":true,"job_events":true,"pipeline_events":true,"wiki_page_events":true,"deployment_events":true,"feature_flag_events":true,"releases_events":true,"milestone_events":true,"emoji_events":true,"resource_access_token_events":true,"vulnerability_events":true}
        2002 of demo/printer
        > POST /api/v4/groups/demo/hooks {"url":"https://bot.example.org/hooks/news","token":"made-up-by-us","enable_ssl_verification":true,"confidential_issues_events":false,"confidential_note_events":false,"push_events":true,"tag_push_events":true,"issues_events":true,"note_events":true,"merge_requests_events":true,"job_events":true,"pipeline_events":true,"wiki_page_events":true,"deployment_events":true,"feature_flag_events":true,"releases_events":true,"milestone_events":true,"emoji_events":true,"resource_access_token_events":true,"vulnerability_events":true,"subgroup_events":true,"member_events":true,"project_events":true}
        2003 of groups/demo
        > POST /api/v4/groups/nobody/hooks {"url":"https://bot.example.org/hooks/news","token":"made-up-by-us","enable_ssl_verification":true,"confidential_issues_events":false,"confidential_note_events":false,"push_events":true,"tag_push_events":true,"issues_events":true,"note_events":true,"merge_requests_events":true,"job_events":true,"pipeline_events":true,"wiki_page_events":true,"deployment_events":true,"feature_flag_events":true,"releases_events":true,"milestone_events":true,"emoji_events":true,"resource_access_token_events":true,"vulnerability_events":true,"subgroup_events":true,"member_events":true,"project_events":true}
        NotFound: GitLab does not let the bot set up webhooks of the group nobody. It takes GitLab Premium and the role Owner in the group; a webhook of each project needs neither.
        > POST /api/v4/projects/nobody%2Fnothing/hooks {"url":"https://bot.example.org/hooks/news","token":"made-up-by-us","enable_ssl_verification":true,"confidential_issues_events":false,"confidential_note_events":false,"push_events":true,"tag_push_events":true,"issues_events":true,"note_events":true,"merge_requests_events":true,"job_events":true,"pipeline_events":true,"wiki_page_events":true,"deployment_events":true,"feature_flag_events":true,"releases_events":true,"milestone_events":true,"emoji_events":true,"resource_access_token_events":true,"vulnerability_events":true}
        NotFound: GitLab has no project nobody/nothing, or hides it from the bot's account. Look at the name and number again.
    "#]].assert_eq(&all);
    let hooks = desk.standin.state().hooks.clone();
    assert!(
        hooks.iter().all(|it| it["url"] == HOOK && it["token"] == "made-up-by-us" && it["confidential_issues_events"] == false)
    );
    for (at, of) in [(0, "demo/printer"), (1, "demo/printer"), (1, "demo/printer"), (2, "groups/demo")] {
        let made = HookMade { id: hooks[at]["id"].to_string(), of: Some(of.into()) };
        desk.connected.remove_hook(&made).await.unwrap();
    }
    assert!(desk.standin.state().hooks.is_empty());
    let wrong = HookMade { id: "1/../..".into(), of: Some("demo/printer".into()) };
    assert_eq!(desk.connected.remove_hook(&wrong).await.unwrap_err().kind, ErrorKind::BadInput);
}

#[tokio::test]
async fn what_the_bot_lacks_is_said() {
    let desk = desk_with(|config| drop(config.insert("token".into(), json!("glpat-of-chloe-012345")))).await;
    desk.standin.state().tokens.insert("glpat-of-chloe-012345".into(), (7, vec!["api".to_owned()]));
    expect![[r#"
        > POST /api/v4/projects/demo%2Fprinter/hooks {"url":"https://bot.example.org/hooks/news","token":"made-up-by-us","enable_ssl_verification":true,"confidential_issues_events":false,"confidential_note_events":false,"push_events":true,"tag_push_events":true,"issues_events":true,"note_events":true,"merge_requests_events":true,"job_events":true,"pipeline_events":true,"wiki_page_events":true,"deployment_events":true,"feature_flag_events":true,"releases_events":true,"milestone_events":true,"emoji_events":true,"resource_access_token_events":true,"vulnerability_events":true}
        Permission: The bot's GitLab account may not set up webhooks of demo/printer. It takes the role Maintainer in the project. It can be set up by hand too.
        > POST /api/v4/groups/demo/hooks {"url":"https://bot.example.org/hooks/news","token":"made-up-by-us","enable_ssl_verification":true,"confidential_issues_events":false,"confidential_note_events":false,"push_events":true,"tag_push_events":true,"issues_events":true,"note_events":true,"merge_requests_events":true,"job_events":true,"pipeline_events":true,"wiki_page_events":true,"deployment_events":true,"feature_flag_events":true,"releases_events":true,"milestone_events":true,"emoji_events":true,"resource_access_token_events":true,"vulnerability_events":true,"subgroup_events":true,"member_events":true,"project_events":true}
        NotFound: GitLab does not let the bot set up webhooks of the group demo. It takes GitLab Premium and the role Owner in the group; a webhook of each project needs neither.
    "#]].assert_eq(&format!("{}{}", desk.hook(None).await, desk.hook(Some("groups/demo")).await));
}
