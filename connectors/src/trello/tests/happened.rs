//! Every type of action that Trello documents, as people read it.

use super::*;
use crate::tests::{
    broken::survives,
    told::{delivery, lines},
};

const WEBHOOK: crate::Webhook = super::super::webhook::WEBHOOK;

fn body(kind: &str, data: &Value, more: &Value) -> Value {
    let ana = json!({ "id": "5f0a000000000000000000a1", "fullName": "Ana Example", "username": "ana" });
    let mut action = json!({ "id": "a1", "type": kind, "date": "2026-11-20T10:00:00.000Z", "memberCreator": ana, "data": data });
    for (key, value) in more.as_object().into_iter().flatten() {
        action[key] = value.clone();
    }
    json!({ "model": { "name": "demo", "shortUrl": "https://trello.com/b/DemoBrd1" }, "action": action })
}

fn parsed(body: &Value) -> String {
    let body = body.to_string();
    lines(&(WEBHOOK.parse)(&delivery(&[], body.as_bytes())))
}

/// A card's data with `more` in it, field by field.
fn with(more: Value) -> Value {
    let mut data = json!({
        "card": { "id": "c1", "name": "Printer on fire", "shortLink": "PrnCats1", "idShort": 8 },
        "board": { "id": "b1", "name": "demo", "shortLink": "DemoBrd1" }, "list": { "id": "l1", "name": "Doing" },
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        match value.as_object() {
            Some(fields) if data[key].is_object() => fields.iter().for_each(|(name, value)| data[key][name] = value.clone()),
            _ => data[key] = value.clone(),
        }
    }
    data
}

fn check(cases: &[(&str, Value)], more: &Value, expected: Expect) {
    let text: String = cases.iter().map(|(kind, data)| format!("{kind}: {}", parsed(&body(kind, data, more)))).collect();
    expected.assert_eq(&text);
}

fn board() -> Value {
    json!({ "id": "b1", "name": "demo", "shortLink": "DemoBrd1" })
}

#[test]
fn cards() {
    let cases = [
        ("createCard", with(json!({ "card": { "desc": "It burns, @ben. See APOLLO-12." } }))),
        ("emailCard", with(json!({}))),
        ("convertToCardFromCheckItem", with(json!({ "cardSource": { "name": "Shopping", "idShort": 2 } }))),
        ("copyCard", with(json!({ "cardSource": { "name": "Template", "idShort": 2 } }))),
        (
            "updateCard",
            with(
                json!({ "list": null, "old": { "idList": "l0" }, "listBefore": { "name": "To Do" }, "listAfter": { "name": "Doing" } }),
            ),
        ),
        ("updateCard", with(json!({ "old": { "name": "Printer" } }))),
        ("updateCard", with(json!({ "old": { "desc": "" }, "card": { "desc": "It **burns**." } }))),
        ("updateCard", with(json!({ "old": { "closed": false }, "card": { "closed": true } }))),
        ("updateCard", with(json!({ "old": { "closed": true }, "card": { "closed": false } }))),
        ("updateCard", with(json!({ "old": { "due": null }, "card": { "due": "2026-12-01T09:00:00.000Z" } }))),
        (
            "updateCard",
            with(json!({ "old": { "due": "2026-12-01T09:00:00.000Z" }, "card": { "due": "2026-12-02T00:00:00.000Z" } })),
        ),
        ("updateCard", with(json!({ "old": { "due": "2026-12-01T09:00:00.000Z" }, "card": { "due": null } }))),
        ("updateCard", with(json!({ "old": { "dueComplete": false }, "card": { "dueComplete": true } }))),
        ("updateCard", with(json!({ "old": { "dueComplete": true }, "card": { "dueComplete": false } }))),
        ("updateCard", with(json!({ "old": { "pos": 1 }, "card": { "pos": 2 } }))),
        ("updateCard", with(json!({ "old": { "cover": { "color": null } }, "card": { "cover": { "color": "red" } } }))),
        ("moveCardToBoard", with(json!({ "boardSource": { "id": "b2", "name": "apollo" } }))),
        ("moveCardFromBoard", with(json!({ "boardTarget": { "id": "b2" } }))),
        ("commentCard", with(json!({ "text": "Only cats, @ben and @ana: see `@code`. @card" }))),
        ("copyCommentCard", with(json!({ "text": "Only cats." }))),
        ("updateComment", with(json!({ "action": { "id": "a0", "text": "Only dogs." }, "old": { "text": "Only cats." } }))),
        ("deleteComment", with(json!({ "action": { "id": "a0" } }))),
        (
            "addLabelToCard",
            with(json!({ "text": "urgent", "value": "red", "label": { "id": "x", "name": "urgent", "color": "red" } })),
        ),
        ("addLabelToCard", with(json!({ "label": { "id": "x", "name": "", "color": "red" } }))),
        ("removeLabelFromCard", with(json!({ "label": { "id": "x", "name": "urgent", "color": "red" } }))),
        (
            "addAttachmentToCard",
            with(json!({ "attachment": { "id": "f1", "name": "fire.txt", "url": "https://example.org/fire.txt" } })),
        ),
        ("deleteAttachmentFromCard", with(json!({ "attachment": { "id": "f1", "name": "fire.txt" } }))),
        ("voteOnCard", with(json!({ "voted": true }))),
        ("voteOnCard", with(json!({ "voted": false }))),
        (
            "updateCustomFieldItem",
            with(json!({
                "customField": { "name": "Estimate" }, "customFieldItem": { "value": { "number": "2" } },
                "old": { "value": { "number": "1" } },
            })),
        ),
        (
            "deleteCard",
            json!({ "card": { "id": "c1", "shortLink": "PrnCats1", "idShort": 8 }, "board": board(), "list": { "name": "Doing" } }),
        ),
    ];
    check(
        &cases,
        &json!({}),
        expect![[r#"
            createCard: card.created | Ana Example (ana) | #8 Printer on fire | demo | Doing | list: - → Doing | for mentioned ben | about APOLLO-12 | “It burns, @ben. See APOLLO-12.” | https://trello.com/c/PrnCats1
            emailCard: card.created | Ana Example (ana) | #8 Printer on fire | demo | Doing | list: - → Doing | https://trello.com/c/PrnCats1
            convertToCardFromCheckItem: card.created | Ana Example (ana) | #8 Printer on fire | demo | Doing | list: - → Doing, item: Shopping → - | https://trello.com/c/PrnCats1
            copyCard: card.copied | Ana Example (ana) | #8 Printer on fire | demo | Doing | copy of: Template → Printer on fire, list: - → Doing | https://trello.com/c/PrnCats1
            updateCard: card.moved | Ana Example (ana) | #8 Printer on fire | demo | Doing | list: To Do → Doing | https://trello.com/c/PrnCats1
            updateCard: card.renamed | Ana Example (ana) | #8 Printer on fire | demo | Doing | name: Printer → Printer on fire | https://trello.com/c/PrnCats1
            updateCard: card.updated | Ana Example (ana) | #8 Printer on fire | demo | Doing | description: - → It **burns**. | “It **burns**.” | https://trello.com/c/PrnCats1
            updateCard: card.archived | Ana Example (ana) | #8 Printer on fire | demo | archived | archived: no → yes | https://trello.com/c/PrnCats1
            updateCard: card.restored | Ana Example (ana) | #8 Printer on fire | demo | Doing | archived: yes → no | https://trello.com/c/PrnCats1
            updateCard: card.scheduled | Ana Example (ana) | #8 Printer on fire | demo | Doing | due: - → 2026-12-01 09:00 UTC | https://trello.com/c/PrnCats1
            updateCard: card.rescheduled | Ana Example (ana) | #8 Printer on fire | demo | Doing | due: 2026-12-01 09:00 UTC → 2026-12-02 | https://trello.com/c/PrnCats1
            updateCard: card.unscheduled | Ana Example (ana) | #8 Printer on fire | demo | Doing | due: 2026-12-01 09:00 UTC → - | https://trello.com/c/PrnCats1
            updateCard: card.completed | Ana Example (ana) | #8 Printer on fire | demo | Doing | done: no → yes | https://trello.com/c/PrnCats1
            updateCard: card.reopened | Ana Example (ana) | #8 Printer on fire | demo | Doing | done: yes → no | https://trello.com/c/PrnCats1
            updateCard: card.reordered | Ana Example (ana) | #8 Printer on fire | demo | Doing | https://trello.com/c/PrnCats1
            updateCard: card.updated | Ana Example (ana) | #8 Printer on fire | demo | Doing | cover | https://trello.com/c/PrnCats1
            moveCardToBoard: card.moved | Ana Example (ana) | #8 Printer on fire | demo | Doing | board: apollo → demo | https://trello.com/c/PrnCats1
            moveCardFromBoard: card.moved | Ana Example (ana) | #8 Printer on fire | demo | Doing | board: demo → - | https://trello.com/c/PrnCats1
            commentCard: card.commented | Ana Example (ana) | #8 Printer on fire | demo | Doing | for mentioned ben | “Only cats, @ben and @ana: see `@code`. @card” | https://trello.com/c/PrnCats1 | at https://trello.com/c/PrnCats1#comment-a1
            copyCommentCard: card.commented | Ana Example (ana) | #8 Printer on fire | demo | Doing | “Only cats.” | https://trello.com/c/PrnCats1 | at https://trello.com/c/PrnCats1#comment-a1
            updateComment: comment.updated | Ana Example (ana) | #8 Printer on fire | demo | Doing | comment: Only cats. → Only dogs. | “Only dogs.” | https://trello.com/c/PrnCats1 | at https://trello.com/c/PrnCats1#comment-a0
            deleteComment: comment.deleted | Ana Example (ana) | #8 Printer on fire | demo | Doing | https://trello.com/c/PrnCats1
            addLabelToCard: card.labeled | Ana Example (ana) | #8 Printer on fire | demo | Doing | label: - → urgent | labels urgent | https://trello.com/c/PrnCats1
            addLabelToCard: card.labeled | Ana Example (ana) | #8 Printer on fire | demo | Doing | label: - → red | labels red | https://trello.com/c/PrnCats1
            removeLabelFromCard: card.unlabeled | Ana Example (ana) | #8 Printer on fire | demo | Doing | label: urgent → - | https://trello.com/c/PrnCats1
            addAttachmentToCard: card.attached | Ana Example (ana) | #8 Printer on fire | demo | Doing | attachment: - → fire.txt | “[fire.txt](https://example.org/fire.txt)” | https://trello.com/c/PrnCats1
            deleteAttachmentFromCard: card.detached | Ana Example (ana) | #8 Printer on fire | demo | Doing | attachment: fire.txt → - | https://trello.com/c/PrnCats1
            voteOnCard: card.voted | Ana Example (ana) | #8 Printer on fire | demo | Doing | https://trello.com/c/PrnCats1
            voteOnCard: card.unvoted | Ana Example (ana) | #8 Printer on fire | demo | Doing | https://trello.com/c/PrnCats1
            updateCustomFieldItem: card.updated | Ana Example (ana) | #8 Printer on fire | demo | Doing | Estimate: 1 → 2 | https://trello.com/c/PrnCats1
            deleteCard: card.deleted | Ana Example (ana) | #8 a card | demo | deleted | https://trello.com/c/PrnCats1
        "#]],
    );
}

#[test]
fn checklists_and_what_stands_in_them() {
    let item =
        |state: &str| with(json!({ "checklist": { "name": "Shopping" }, "checkItem": { "name": "Water", "state": state } }));
    let mut renamed = item("incomplete");
    renamed["old"] = json!({ "name": "Wine" });
    let mut due = item("complete");
    due["old"] = json!({ "due": null });
    due["checkItem"]["due"] = json!("2026-12-01T09:00:00.000Z");
    let cases = [
        ("addChecklistToCard", with(json!({ "checklist": { "name": "Shopping" } }))),
        ("updateChecklist", with(json!({ "checklist": { "name": "Shopping" }, "old": { "name": "Buying" } }))),
        ("copyChecklist", with(json!({ "checklist": { "name": "Shopping" } }))),
        ("removeChecklistFromCard", with(json!({ "checklist": { "name": "Shopping" } }))),
        ("createCheckItem", item("incomplete")),
        ("updateCheckItemStateOnCard", item("complete")),
        ("updateCheckItemStateOnCard", item("incomplete")),
        ("updateCheckItem", renamed),
        ("updateCheckItem", due),
        ("deleteCheckItem", item("incomplete")),
    ];
    check(
        &cases,
        &json!({}),
        expect![[r#"
            addChecklistToCard: checklist.added | Ana Example (ana) | #8 Printer on fire | demo | Doing | checklist: - → Shopping | https://trello.com/c/PrnCats1
            updateChecklist: checklist.renamed | Ana Example (ana) | #8 Printer on fire | demo | Doing | name: Buying → Shopping | https://trello.com/c/PrnCats1
            copyChecklist: checklist.copied | Ana Example (ana) | #8 Printer on fire | demo | Doing | checklist: - → Shopping | https://trello.com/c/PrnCats1
            removeChecklistFromCard: checklist.removed | Ana Example (ana) | #8 Printer on fire | demo | Doing | checklist: Shopping → - | https://trello.com/c/PrnCats1
            createCheckItem: item.added | Ana Example (ana) | #8 Printer on fire | demo | Doing | item (Shopping): - → Water | https://trello.com/c/PrnCats1
            updateCheckItemStateOnCard: item.completed | Ana Example (ana) | #8 Printer on fire | demo | Doing | Water (Shopping): open → done | https://trello.com/c/PrnCats1
            updateCheckItemStateOnCard: item.reopened | Ana Example (ana) | #8 Printer on fire | demo | Doing | Water (Shopping): done → open | https://trello.com/c/PrnCats1
            updateCheckItem: item.renamed | Ana Example (ana) | #8 Printer on fire | demo | Doing | name: Wine → Water | https://trello.com/c/PrnCats1
            updateCheckItem: item.updated | Ana Example (ana) | #8 Printer on fire | demo | Doing | due: - → 2026-12-01 09:00 UTC | https://trello.com/c/PrnCats1
            deleteCheckItem: item.removed | Ana Example (ana) | #8 Printer on fire | demo | Doing | item (Shopping): Water → - | https://trello.com/c/PrnCats1
        "#]],
    );
}

#[test]
fn people() {
    let more = json!({ "member": { "id": "m2", "fullName": "Ben Example", "username": "ben" } });
    let organization = json!({ "organization": { "id": "o1", "name": "Example" } });
    let cases = [
        ("addMemberToCard", with(json!({ "idMember": "m2" }))),
        ("removeMemberFromCard", with(json!({ "idMember": "m2" }))),
        ("addMemberToBoard", json!({ "board": board(), "idMemberAdded": "m2" })),
        ("removeMemberFromBoard", json!({ "board": board() })),
        ("makeAdminOfBoard", json!({ "board": board() })),
        ("makeNormalMemberOfBoard", json!({ "board": board() })),
        ("makeObserverOfBoard", json!({ "board": board() })),
        ("createBoardInvitation", json!({ "board": board() })),
        ("unconfirmedBoardInvitation", json!({ "board": board() })),
        ("deleteBoardInvitation", json!({ "board": board() })),
        ("deactivatedMemberInBoard", json!({ "board": board() })),
        ("reactivatedMemberInBoard", json!({ "board": board() })),
        ("addMemberToOrganization", organization.clone()),
        ("removeMemberFromOrganization", organization.clone()),
        ("makeAdminOfOrganization", organization.clone()),
        ("memberJoinedTrello", json!({ "idMember": "m2" })),
        ("updateMember", json!({ "old": { "bio": "" }, "member": { "bio": "Prints." } })),
        ("acceptEnterpriseJoinRequest", organization),
    ];
    check(
        &cases,
        &more,
        expect![[r#"
            addMemberToCard: card.assigned | Ana Example (ana) | #8 Printer on fire | demo | Doing | assignee: - → Ben Example | for assigned Ben Example (ben) | https://trello.com/c/PrnCats1
            removeMemberFromCard: card.unassigned | Ana Example (ana) | #8 Printer on fire | demo | Doing | assignee: Ben Example → - | https://trello.com/c/PrnCats1
            addMemberToBoard: member.added | Ana Example (ana) | board demo | member: - → Ben Example | https://trello.com/b/DemoBrd1
            removeMemberFromBoard: member.removed | Ana Example (ana) | board demo | member: Ben Example → - | https://trello.com/b/DemoBrd1
            makeAdminOfBoard: member.updated | Ana Example (ana) | board demo | Ben Example: - → admin | https://trello.com/b/DemoBrd1
            makeNormalMemberOfBoard: member.updated | Ana Example (ana) | board demo | Ben Example: - → member | https://trello.com/b/DemoBrd1
            makeObserverOfBoard: member.updated | Ana Example (ana) | board demo | Ben Example: - → observer | https://trello.com/b/DemoBrd1
            createBoardInvitation: member.invited | Ana Example (ana) | board demo | member: - → Ben Example | https://trello.com/b/DemoBrd1
            unconfirmedBoardInvitation: member.invited | Ana Example (ana) | board demo | member: - → Ben Example | https://trello.com/b/DemoBrd1
            deleteBoardInvitation: member.uninvited | Ana Example (ana) | board demo | member: Ben Example → - | https://trello.com/b/DemoBrd1
            deactivatedMemberInBoard: member.deactivated | Ana Example (ana) | board demo | member: Ben Example → - | https://trello.com/b/DemoBrd1
            reactivatedMemberInBoard: member.reactivated | Ana Example (ana) | board demo | member: - → Ben Example | https://trello.com/b/DemoBrd1
            addMemberToOrganization: member.added | Ana Example (ana) | workspace Example | member: - → Ben Example | https://trello.com/w/o1
            removeMemberFromOrganization: member.removed | Ana Example (ana) | workspace Example | member: Ben Example → - | https://trello.com/w/o1
            makeAdminOfOrganization: member.updated | Ana Example (ana) | workspace Example | Ben Example: - → admin | https://trello.com/w/o1
            memberJoinedTrello: member.joined | Ana Example (ana) | board demo | https://trello.com/b/DemoBrd1
            updateMember: member.updated | Ana Example (ana) | board demo | bio: - → Prints. | https://trello.com/b/DemoBrd1
            acceptEnterpriseJoinRequest: member.joined | Ana Example (ana) | workspace Example | https://trello.com/w/o1
        "#]],
    );
}

#[test]
fn lists_boards_and_workspaces() {
    let list = |more: Value| {
        let mut data = json!({ "list": { "id": "l1", "name": "Doing" }, "board": board() });
        for (key, value) in more.as_object().into_iter().flatten() {
            data[key] = value.clone();
        }
        data
    };
    let closed = |what: &str, now: bool| {
        let mut data = list(json!({}));
        data.as_object_mut().expect("an object").retain(|key, _| key == what || key == "board");
        data[what]["closed"] = json!(now);
        data["old"] = json!({ "closed": !now });
        data
    };
    let organization = json!({ "id": "o1", "name": "Example" });
    let cases = [
        ("createList", list(json!({}))),
        ("updateList", closed("list", true)),
        ("updateList", closed("list", false)),
        ("updateList", list(json!({ "old": { "name": "In work" } }))),
        ("updateList", list(json!({ "old": { "pos": 1 } }))),
        ("moveListFromBoard", list(json!({ "boardTarget": { "name": "apollo" } }))),
        ("moveListToBoard", list(json!({ "boardSource": { "name": "apollo" } }))),
        ("createBoard", json!({ "board": board() })),
        ("copyBoard", json!({ "board": board(), "boardSource": { "name": "apollo" } })),
        ("updateBoard", closed("board", true)),
        ("updateBoard", closed("board", false)),
        ("updateBoard", json!({ "board": board(), "old": { "name": "test" } })),
        (
            "updateBoard",
            json!({ "board": { "name": "demo", "shortLink": "DemoBrd1", "prefs": { "background": "59b7d0e1443cddf631c53a93" } }, "old": { "prefs": { "background": "lime" } } }),
        ),
        (
            "updateBoard",
            json!({ "board": { "name": "demo", "shortLink": "DemoBrd1", "prefs": { "permissionLevel": "public" } }, "old": { "prefs": { "permissionLevel": "private" } } }),
        ),
        ("addToOrganizationBoard", json!({ "board": board(), "organization": organization })),
        ("removeFromOrganizationBoard", json!({ "board": board(), "organization": organization })),
        ("createLabel", json!({ "board": board(), "label": { "name": "urgent", "color": "red" } })),
        ("updateLabel", json!({ "board": board(), "label": { "name": "urgent", "color": "red" }, "old": { "name": "hot" } })),
        ("deleteLabel", json!({ "board": board(), "label": { "name": "", "color": "red" } })),
        ("createCustomField", json!({ "board": board(), "customField": { "name": "Estimate" } })),
        ("updateCustomField", json!({ "board": board(), "customField": { "name": "Estimate" }, "old": { "name": "Points" } })),
        ("deleteCustomField", json!({ "board": board(), "customField": { "name": "Estimate" } })),
        ("enablePlugin", json!({ "board": board(), "plugin": { "name": "Calendar" } })),
        ("disablePlugin", json!({ "board": board(), "plugin": { "name": "Calendar" } })),
        ("enablePowerUp", json!({ "board": board(), "value": "voting" })),
        ("disablePowerUp", json!({ "board": board(), "value": "voting" })),
        ("createOrganization", json!({ "organization": organization })),
        ("updateOrganization", json!({ "organization": organization, "old": { "displayName": "Sample" } })),
        ("addOrganizationToEnterprise", json!({ "organization": organization, "enterprise": { "name": "Example Inc" } })),
        ("addToEnterprisePluginWhitelist", json!({ "enterprise": { "name": "Example Inc" }, "plugin": { "name": "Calendar" } })),
        ("stickerStuck", with(json!({}))),
        ("somethingNew", json!({ "old": 3 })),
        ("updateCard", json!([])),
    ];
    check(
        &cases,
        &json!({}),
        expect![[r#"
            createList: list.created | Ana Example (ana) | list Doing | demo | https://trello.com/b/DemoBrd1
            updateList: list.archived | Ana Example (ana) | list Doing | demo | archived | archived: no → yes | https://trello.com/b/DemoBrd1
            updateList: list.restored | Ana Example (ana) | list Doing | demo | archived: yes → no | https://trello.com/b/DemoBrd1
            updateList: list.renamed | Ana Example (ana) | list Doing | demo | name: In work → Doing | https://trello.com/b/DemoBrd1
            updateList: list.reordered | Ana Example (ana) | list Doing | demo | https://trello.com/b/DemoBrd1
            moveListFromBoard: list.moved | Ana Example (ana) | list Doing | demo | board: demo → apollo | https://trello.com/b/DemoBrd1
            moveListToBoard: list.moved | Ana Example (ana) | list Doing | demo | board: apollo → demo | https://trello.com/b/DemoBrd1
            createBoard: board.created | Ana Example (ana) | board demo | https://trello.com/b/DemoBrd1
            copyBoard: board.copied | Ana Example (ana) | board demo | copy of: apollo → demo | https://trello.com/b/DemoBrd1
            updateBoard: board.closed | Ana Example (ana) | board demo | closed | archived: no → yes | https://trello.com/b/DemoBrd1
            updateBoard: board.reopened | Ana Example (ana) | board demo | archived: yes → no | https://trello.com/b/DemoBrd1
            updateBoard: board.renamed | Ana Example (ana) | board demo | name: test → demo | https://trello.com/b/DemoBrd1
            updateBoard: board.updated | Ana Example (ana) | board demo | background: lime → - | https://trello.com/b/DemoBrd1
            updateBoard: board.updated | Ana Example (ana) | board demo | permission level: private → public | https://trello.com/b/DemoBrd1
            addToOrganizationBoard: board.moved | Ana Example (ana) | board demo | Example | workspace: - → Example | https://trello.com/b/DemoBrd1
            removeFromOrganizationBoard: board.moved | Ana Example (ana) | board demo | Example | workspace: Example → - | https://trello.com/b/DemoBrd1
            createLabel: label.created | Ana Example (ana) | board demo | label: - → urgent | https://trello.com/b/DemoBrd1
            updateLabel: label.updated | Ana Example (ana) | board demo | name: hot → urgent | https://trello.com/b/DemoBrd1
            deleteLabel: label.deleted | Ana Example (ana) | board demo | label: red → - | https://trello.com/b/DemoBrd1
            createCustomField: field.created | Ana Example (ana) | board demo | field: - → Estimate | https://trello.com/b/DemoBrd1
            updateCustomField: field.updated | Ana Example (ana) | board demo | name: Points → Estimate | https://trello.com/b/DemoBrd1
            deleteCustomField: field.deleted | Ana Example (ana) | board demo | field: Estimate → - | https://trello.com/b/DemoBrd1
            enablePlugin: powerup.enabled | Ana Example (ana) | board demo | power-up: - → Calendar | https://trello.com/b/DemoBrd1
            disablePlugin: powerup.disabled | Ana Example (ana) | board demo | power-up: Calendar → - | https://trello.com/b/DemoBrd1
            enablePowerUp: powerup.enabled | Ana Example (ana) | board demo | power-up: - → voting | https://trello.com/b/DemoBrd1
            disablePowerUp: powerup.disabled | Ana Example (ana) | board demo | power-up: voting → - | https://trello.com/b/DemoBrd1
            createOrganization: workspace.created | Ana Example (ana) | workspace Example | https://trello.com/w/o1
            updateOrganization: workspace.updated | Ana Example (ana) | workspace Example | display name: Sample → - | https://trello.com/w/o1
            addOrganizationToEnterprise: workspace.added_organization_to_enterprise | Ana Example (ana) | workspace Example | https://trello.com/w/o1
            addToEnterprisePluginWhitelist: trello.added_to_enterprise_plugin_whitelist | Ana Example (ana) | Trello Example Inc
            stickerStuck: card.sticker_stuck | Ana Example (ana) | #8 Printer on fire | demo | Doing | https://trello.com/c/PrnCats1
            somethingNew: board.something_new | Ana Example (ana) | board demo | https://trello.com/b/DemoBrd1
            updateCard: card.updated | Ana Example (ana) | Trello Trello
        "#]],
    );
}

#[test]
fn a_power_up_acts_by_its_name_and_what_is_no_action_is_refused() {
    let action = json!({ "id": "a1", "type": "commentCard", "data": with(json!({ "text": "Built." })), "appCreator": { "name": "Butler" } });
    expect![[r#"
        card.commented | Butler | #8 Printer on fire | demo | Doing | “Built.” | https://trello.com/c/PrnCats1 | at https://trello.com/c/PrnCats1#comment-a1
    "#]].assert_eq(&parsed(&json!({ "action": action })));
    expect![[r#"
        item.updated | Trello Trello
    "#]]
    .assert_eq(&parsed(&json!({ "action": { "type": "updateCheckItem" } })));
    let error = (WEBHOOK.parse)(&delivery(&[], b"{}")).expect_err("no webhook");
    assert_eq!((error.kind, WEBHOOK.known_by(&delivery(&[], b"{}"))), (commands::ErrorKind::BadInput, None));
}

#[test]
fn broken_payloads_are_read_as_far_as_they_go() {
    let samples = [
        body(
            "updateCard",
            &with(json!({ "old": { "idList": "l0", "due": null }, "listAfter": { "name": "Doing" } })),
            &json!({}),
        ),
        body("addMemberToCard", &with(json!({})), &json!({ "member": { "fullName": "Ben Example", "username": "ben" } })),
        body("updateCheckItemStateOnCard", &with(json!({ "checkItem": { "name": "Water", "state": "complete" } })), &json!({})),
        body(
            "updateBoard",
            &json!({ "board": { "name": "demo", "prefs": { "a": 1 } }, "old": { "prefs": { "a": 2 } } }),
            &json!({}),
        ),
    ];
    assert!(survives(&WEBHOOK, &samples) > 500);
}

/// Recorded deliveries, which lie beside the project.
#[test]
fn recorded_deliveries_are_understood() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks/trello");
    let folder = std::env::var_os("BELLHOP_WEBHOOKS").map_or(folder, |it| std::path::Path::new(&it).join("trello"));
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("No recorded deliveries of Trello beside the project: none was read.");
        return;
    };
    for file in files.map(|it| it.expect("a file").path()) {
        let body = std::fs::read(&file).expect("a recorded delivery");
        let delivery = delivery(&[], &body);
        let events = (WEBHOOK.parse)(&delivery).unwrap_or_else(|err| panic!("{}: {err}", file.display()));
        let told = lines(&Ok(events.clone()));
        eprintln!("{}: {told}", file.file_name().unwrap_or_default().to_string_lossy());
        let it = &events[0];
        assert!(WEBHOOK.known_by(&delivery).is_some() && it.actor.is_some() && it.actor_id.is_some(), "{told}");
        assert!(it.object.url.as_ref().is_some_and(|it| it.starts_with("https://trello.com/c/")), "{told}");
        assert!(it.object.key.starts_with('#') && it.object.place.is_some() && it.kind.starts_with("card."), "{told}");
        let is_told = !it.changes.is_empty() || it.text.is_some();
        assert!(is_told, "{told}");
    }
}
