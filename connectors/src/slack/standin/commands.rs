//! Slash commands. <https://docs.slack.dev/interactivity/implementing-slash-commands>

use serde_json::{Value, json};

use super::{
    SlackSim,
    client::Outcome,
    deliver::Unanswered,
    response_url,
    state::{Message, State},
    web_api::{Args, content, link_names},
};

/// Runs a command as its asker's client does: the app is asked, its answer shown.
pub(super) async fn run(sim: &SlackSim, me: &str, channel: &str, command: &str, text: &str) -> Outcome {
    let prepared = sim.with(|state| {
        let Some(settings) = state.settings.command(command) else {
            let explanation = format!(
                "{command} is not a valid command. In Slack, all messages that start with the \"/\" character are interpreted as commands."
            );
            return Err(whisper(state, me, channel, &explanation));
        };
        let text = if settings.should_escape { escaped(state, text) } else { text.to_owned() };
        let response_url = state.response_url(channel, me, None);
        let trigger_id = state.trigger(me);
        let user_name = state.user(me).map(|it| it.name.clone()).unwrap_or_default();
        let channel_name = match state.channel_type(channel) {
            "channel" => state.channel(channel).map(|it| it.name.clone()).unwrap_or_default(),
            "im" => "directmessage".into(),
            _ => "privategroup".into(),
        };
        let fields = vec![
            ("token", state.app.verification_token.clone()),
            ("team_id", state.team.clone()),
            ("team_domain", "example".into()),
            ("channel_id", channel.to_owned()),
            ("channel_name", channel_name),
            ("user_id", me.to_owned()),
            ("user_name", user_name),
            ("command", command.to_owned()),
            ("text", text),
            ("api_app_id", state.app.app_id.clone()),
            ("is_enterprise_install", "false".into()),
            ("response_url", response_url),
            ("trigger_id", trigger_id),
        ];
        Ok((settings.url.unwrap_or_default(), fields))
    });
    let (url, fields) = match prepared {
        Ok(prepared) => prepared,
        Err(shown) => return Ok(shown),
    };
    let failure = match sim.post_form(&url, &fields).await {
        Ok(answered) if answered.status.is_success() => {
            let body = String::from_utf8_lossy(&answered.body).trim().to_owned();
            return sim.with(|state| show(state, me, channel, command, &body));
        }
        Ok(answered) if answered.status.is_server_error() => format!("{command} failed with the error \"http_service_error\""),
        Ok(_) => format!("{command} failed with the error \"http_client_error\""),
        Err(Unanswered::Timeout) => format!("{command} failed with the error \"operation_timeout\""),
        Err(Unanswered::Refused) => format!("{command} failed with the error \"dispatch_failed\""),
    };
    Ok(sim.with(|state| whisper(state, me, channel, &failure)))
}

/// The answer in the response: nothing, a text, or a message.
fn show(state: &mut State, me: &str, channel: &str, command: &str, body: &str) -> Outcome {
    if body.is_empty() {
        return Ok(json!({"answered": true}));
    }
    let args = match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(json)) => Args(json),
        _ => Args(serde_json::Map::from_iter([("text".to_owned(), json!(body))])),
    };
    if args.0.is_empty() {
        return Ok(json!({"answered": true}));
    }
    match content(state, &args) {
        Ok(content) => {
            let only_for = (args.text("response_type").as_deref() != Some("in_channel")).then(|| me.to_owned());
            response_url::post(state, channel, None, content, None, only_for);
            Ok(json!({"answered": true}))
        }
        Err(error) => Ok(whisper(state, me, channel, &format!("{command} failed with the error \"{}\"", error.code))),
    }
}

/// Slackbot's word to one person.
fn whisper(state: &mut State, me: &str, channel: &str, text: &str) -> Value {
    let message = Message {
        channel: channel.to_owned(),
        user: "USLACKBOT".into(),
        text: text.to_owned(),
        only_for: Some(me.to_owned()),
        ..Message::default()
    };
    let message = state.post(message);
    json!({"failed": text, "message": state.shown(&message)})
}

/// `should_escape`: `@ana` becomes `<@U123|ana>`, `#dev` `<#C123|dev>`.
fn escaped(state: &State, text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut linked = link_names(state, &escaped);
    for user in &state.users {
        linked = linked.replace(&format!("<@{}>", user.id), &format!("<@{}|{}>", user.id, user.name));
    }
    linked
}
