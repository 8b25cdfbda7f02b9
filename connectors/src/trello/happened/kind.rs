//! What an action is called: a noun and a verb in the past that says how it ended.

use super::Told;

/// First words of Trello's types, and what they are in the past.
const PAST: &[(&str, &str)] = &[
    ("accept", "accepted"),
    ("add", "added"),
    ("approve", "approved"),
    ("convert", "converted"),
    ("copy", "copied"),
    ("create", "created"),
    ("deactivated", "deactivated"),
    ("delete", "deleted"),
    ("disable", "disabled"),
    ("email", "emailed"),
    ("enable", "enabled"),
    ("make", "made"),
    ("move", "moved"),
    ("reactivated", "reactivated"),
    ("remove", "removed"),
    ("request", "requested"),
    ("unconfirmed", "unconfirmed"),
    ("update", "updated"),
    ("vote", "voted"),
];

/// What is new to us is named after Trello's own word for it.
pub(super) fn of(it: &Told<'_>) -> String {
    let old = |field: &str| it.had(field);
    let known = match it.kind() {
        "createCard" | "emailCard" | "convertToCardFromCheckItem" => "card.created",
        "copyCard" => "card.copied",
        "deleteCard" => "card.deleted",
        "updateCard" => card(it),
        "moveCardToBoard" | "moveCardFromBoard" | "moveInboxCardToBoard" => "card.moved",
        "updateCustomFieldItem" => "card.updated",
        "commentCard" | "copyCommentCard" => "card.commented",
        "updateComment" => "comment.updated",
        "deleteComment" => "comment.deleted",
        "addMemberToCard" => "card.assigned",
        "removeMemberFromCard" => "card.unassigned",
        "addLabelToCard" => "card.labeled",
        "removeLabelFromCard" => "card.unlabeled",
        "addAttachmentToCard" => "card.attached",
        "deleteAttachmentFromCard" => "card.detached",
        "voteOnCard" if it.data["voted"] == false => "card.unvoted",
        "voteOnCard" => "card.voted",
        "addChecklistToCard" | "createChecklist" => "checklist.added",
        "copyChecklist" => "checklist.copied",
        "removeChecklistFromCard" | "deleteChecklist" => "checklist.removed",
        "updateChecklist" if old("name") => "checklist.renamed",
        "updateChecklist" => "checklist.updated",
        "createCheckItem" => "item.added",
        "deleteCheckItem" => "item.removed",
        "updateCheckItem" if old("name") => "item.renamed",
        "updateCheckItemStateOnCard" | "updateCheckItem" if it.is("/checkItem/state", "complete") && !old("due") => {
            "item.completed"
        }
        "updateCheckItemStateOnCard" => "item.reopened",
        "updateCheckItem" if old("state") => "item.reopened",
        "updateCheckItem" | "updateCheckItemDue" => "item.updated",
        "createLabel" => "label.created",
        "updateLabel" => "label.updated",
        "deleteLabel" => "label.deleted",
        "createCustomField" => "field.created",
        "updateCustomField" => "field.updated",
        "deleteCustomField" => "field.deleted",
        "createList" => "list.created",
        "copyList" => "list.copied",
        "deleteList" => "list.deleted",
        "moveListFromBoard" | "moveListToBoard" => "list.moved",
        "updateList" if old("closed") && it.holds("/list/closed") => "list.archived",
        "updateList" if old("closed") => "list.restored",
        "updateList" if old("name") => "list.renamed",
        "updateList" if old("pos") => "list.reordered",
        "updateList" => "list.updated",
        "createBoard" => "board.created",
        "copyBoard" => "board.copied",
        "deleteBoard" => "board.deleted",
        "updateBoard" if old("closed") && it.holds("/board/closed") => "board.closed",
        "updateBoard" if old("closed") => "board.reopened",
        "updateBoard" if old("name") => "board.renamed",
        "updateBoard" => "board.updated",
        "addToOrganizationBoard" | "removeFromOrganizationBoard" => "board.moved",
        "addMemberToBoard" | "addMemberToOrganization" | "addAdminToBoard" | "addAdminToOrganization" => "member.added",
        "removeMemberFromBoard" | "removeMemberFromOrganization" | "removeAdminFromBoard" | "removeAdminFromOrganization" => {
            "member.removed"
        }
        "makeAdminOfBoard"
        | "makeNormalMemberOfBoard"
        | "makeObserverOfBoard"
        | "makeAdminOfOrganization"
        | "makeNormalMemberOfOrganization"
        | "makeAdminOfEnterprise"
        | "updateMember" => "member.updated",
        "createBoardInvitation"
        | "createOrganizationInvitation"
        | "unconfirmedBoardInvitation"
        | "unconfirmedOrganizationInvitation" => "member.invited",
        "deleteBoardInvitation" | "deleteOrganizationInvitation" => "member.uninvited",
        "memberJoinedTrello" | "acceptEnterpriseJoinRequest" => "member.joined",
        "deactivatedMemberInBoard" | "deactivatedMemberInOrganization" | "deactivatedMemberInEnterprise" => "member.deactivated",
        "reactivatedMemberInBoard" | "reactivatedMemberInOrganization" | "reactivatedMemberInEnterprise" => "member.reactivated",
        "createOrganization" => "workspace.created",
        "updateOrganization" => "workspace.updated",
        "deleteOrganization" => "workspace.deleted",
        "enablePlugin" | "enablePowerUp" => "powerup.enabled",
        "disablePlugin" | "disablePowerUp" => "powerup.disabled",
        other => return generic(other, it),
    };
    known.to_owned()
}

/// A card can change in several fields at once; the first that people would tell names it.
fn card(it: &Told<'_>) -> &'static str {
    let old = |field: &str| it.had(field);
    let is_empty = |value: &serde_json::Value| value.as_str().is_none_or(str::is_empty);
    let (before, now) = (is_empty(&it.data["old"]["due"]), is_empty(&it.data["card"]["due"]));
    match () {
        () if old("idList") || it.data["listAfter"].is_object() => "card.moved",
        () if old("idBoard") => "card.moved",
        () if old("closed") && it.holds("/card/closed") => "card.archived",
        () if old("closed") => "card.restored",
        () if old("dueComplete") && it.holds("/card/dueComplete") => "card.completed",
        () if old("dueComplete") => "card.reopened",
        () if old("name") => "card.renamed",
        () if old("due") && now => "card.unscheduled",
        () if old("due") && before => "card.scheduled",
        () if old("due") => "card.rescheduled",
        () if old("pos") && it.data["old"].as_object().is_some_and(|it| it.len() == 1) => "card.reordered",
        () => "card.updated",
    }
}

/// `addToEnterprisePluginWhitelist` of a board is `board.added_to_enterprise_plugin_whitelist`.
fn generic(word: &str, it: &Told<'_>) -> String {
    let nouns = [("card", "card"), ("list", "list"), ("board", "board"), ("organization", "workspace"), ("member", "member")];
    let noun = nouns.into_iter().find(|(name, _)| it.data[*name].is_object()).map_or("trello", |(_, noun)| noun);
    let mut words: Vec<String> = Vec::new();
    for letter in word.chars().filter(char::is_ascii_alphanumeric) {
        match words.last_mut() {
            Some(word) if !letter.is_ascii_uppercase() => word.push(letter),
            _ => words.push(letter.to_ascii_lowercase().to_string()),
        }
    }
    if let Some(first) = words.first_mut()
        && let Some((_, past)) = PAST.iter().find(|(word, _)| word == first)
    {
        *first = (*past).to_owned();
    }
    // `updateThing` of a card would end in the noun that stands before it already.
    if words.len() == 2 && words[1] == noun {
        words.pop();
    }
    if words.is_empty() { format!("{noun}.changed") } else { format!("{noun}.{}", words.join("_")) }
}
