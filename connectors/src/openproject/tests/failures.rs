//! What people read when something is wrong, and that each is put at its field.

use super::*;

#[tokio::test]
async fn names_that_do_not_exist_have_a_way_out() {
    let desk = desk().await;
    let mut text = String::new();
    for line in [
        "wp create Fire project=apolo",
        "wp create Fire project=demo type=Bugg",
        "wp create Fire project=demo priority=Hihg assignee=@zoe field=\"Story point=5\" version=9 category=Harware status=Nwe",
        "wp create Fire project=demo type=Bug field=Severity=hihg",
        "wp create Fire project=demo field=Severity",
        "wp create Fire project=demo field=\"Story points=many\"",
        "wp create Fire project=demo assignee=Example",
        "wp create Fire project=apollo assignee=ben",
        "wp create Fire project=demo start_date=2026-12-02 due_date=2026-12-01 parent=999",
        "wp create Fire project=demo estimate=soon",
        "wp create Fire project=demo file=https://example.org/nothing",
        "wp show 999",
        "wp show fire",
        "wp update 1",
        "wp close 1 status=New",
        "wp status 4 On hold",
        "wp assign 2 printers",
        "wp run 1 explode",
        "wp relate 1 1",
        "wp relate 1 2",
        "wp relate 1 999",
        "wp move 1 apollo",
        "wp list version=1.0",
        "wp detach 1 fire.txt",
        "wp watch 5 ben",
        "time log 2 soon",
        "time log 2 0",
        "time log 2 1 activity=Sleping",
        "time log 5 1 user=ben",
        "time report from=2026-12-01 to=2026-11-01",
        "time delete 99",
        "user create ana@example.org first_name=Ana last_name=Example login=ana",
        "user show zoe",
        "user update ana",
        "group create printers",
        "member add ben project=demo role=Member",
        "member add chloe project=demo role=Boss",
        "member remove chloe project=apollo",
        "project create Demo",
        "project update demo",
        "version create 1.0 project=demo start_date=2026-12-02 due_date=2026-12-01",
        "version update 1.0 project=demo",
        "budget show Pens project=demo",
        "query show Nothing",
        "notification read 99",
    ] {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    expect![[r#"
        wp create Fire project=apolo
        BadInput: There is no project `apolo` in OpenProject that the bot can see. Did you mean `apollo`? It can see apollo, demo.
          project: There is no project `apolo` in OpenProject that the bot can see. Did you mean `apollo`? It can see apollo, demo.
        wp create Fire project=demo type=Bugg
        BadInput: There is no type `Bugg` here. Did you mean `Bug`? It can be Task, Milestone, Feature or Bug.
          type: There is no type `Bugg` here. Did you mean `Bug`? It can be Task, Milestone, Feature or Bug.
        wp create Fire project=demo priority=Hihg assignee=@zoe field="Story point=5" version=9 category=Harware status=Nwe
        BadInput: There is no status `Nwe` here. It can be New, In progress or On hold. There is no priority `Hihg` here. Did you mean `High`? It can be Low, Normal, High or Immediate. There is no version `9` here. It can be 1.0. There is no category `Harware` here. Did you mean `Hardware`? It can be Hardware or Light. OpenProject knows nobody called `zoe` that the bot can see. Write a login, an email address or a full name. There is no custom field `Story point` here. Did you mean `Story points`? It can be Story points.
          status: There is no status `Nwe` here. It can be New, In progress or On hold.
          priority: There is no priority `Hihg` here. Did you mean `High`? It can be Low, Normal, High or Immediate.
          version: There is no version `9` here. It can be 1.0.
          category: There is no category `Harware` here. Did you mean `Hardware`? It can be Hardware or Light.
          assignee: OpenProject knows nobody called `zoe` that the bot can see. Write a login, an email address or a full name.
          field: There is no custom field `Story point` here. Did you mean `Story points`? It can be Story points.
        wp create Fire project=demo type=Bug field=Severity=hihg
        BadInput: Severity cannot be `hihg`. Did you mean `high`? It can be low, medium or high.
          field: Severity cannot be `hihg`. Did you mean `high`? It can be low, medium or high.
        wp create Fire project=demo field=Severity
        BadInput: `Severity` is no custom field with a value. Write it as "Story points=5".
          field: `Severity` is no custom field with a value. Write it as "Story points=5".
        wp create Fire project=demo field="Story points=many"
        BadInput: Story points is a whole number, not `many`.
          field: Story points is a whole number, not `many`.
        wp create Fire project=demo assignee=Example
        BadInput: `Example` can be any of 3: Ana Example, Ben Example, Chloe Example. Write the login or the email address.
          assignee: `Example` can be any of 3: Ana Example, Ben Example, Chloe Example. Write the login or the email address.
        wp create Fire project=apollo assignee=ben
        BadInput: Ben Example is no member of this project. `member add` takes people into one.
          assignee: Ben Example is no member of this project. `member add` takes people into one.
        wp create Fire project=demo start_date=2026-12-02 due_date=2026-12-01 parent=999
        Validation: OpenProject refused the values: Finish date must be greater than or equal to the start date; Parent does not exist. Correct them and try again.
          due_date: Finish date must be greater than or equal to the start date.
          parent: Parent does not exist.
        wp create Fire project=demo estimate=soon
        BadInput: `soon` is no length of time. Write it as 1.5, 1:30, 90m or 1h30m.
          estimate: `soon` is no length of time. Write it as 1.5, 1:30, 90m or 1h30m.
        wp create Fire project=demo file=https://example.org/nothing
        BadInput: `https://example.org/nothing` cannot be fetched.
          file: `https://example.org/nothing` cannot be fetched.
        wp show 999
        NotFound: There is no work package #999 in OpenProject that the bot can see. Look at the number or name again.
        wp show fire
        BadInput: `fire` is no work package. Write its number, such as 42 or #42, or paste its link.
          package: `fire` is no work package. Write its number, such as 42 or #42, or paste its link.
        wp update 1
        BadInput: What shall change in #1? Write it as a name and a value, such as priority=High.
        wp close 1 status=New
        BadInput: `New` is no closed status. Closed are Closed or Rejected.
          status: `New` is no closed status. Closed are Closed or Rejected.
        wp status 4 On hold
        BadInput: The workflow does not let #4 go from Closed to On hold. From there it can become New.
          status: The workflow does not let #4 go from Closed to On hold. From there it can become New.
        wp assign 2 printers
        BadInput: Printers is no member of this project. `member add` takes people into one.
          to: Printers is no member of this project. `member add` takes people into one.
        wp run 1 explode
        BadInput: There is no custom action `explode` here. It can be Escalate.
          action: There is no custom action `explode` here. It can be Escalate.
        wp relate 1 1
        Validation: OpenProject refused the values: To can't be the same as the work package itself. Correct them and try again.
          other: To can't be the same as the work package itself.
        wp relate 1 2
        Validation: OpenProject refused the values: Related work package has already been taken. Correct them and try again.
          other: Related work package has already been taken.
        wp relate 1 999
        Validation: OpenProject refused the values: To work package does not exist. Correct them and try again.
          other: To work package does not exist.
        wp move 1 apollo
        BadInput: There is no type `Bug` here. It can be Task, Milestone or Feature.
          type: There is no type `Bug` here. It can be Task, Milestone or Feature.
        wp list version=1.0
        BadInput: Versions belong to a project: say which, with project=…
          project: Versions belong to a project: say which, with project=…
        wp detach 1 fire.txt
        BadInput: There is no file `fire.txt` here. There is no file to choose from.
          name: There is no file `fire.txt` here. There is no file to choose from.
        wp watch 5 ben
        Validation: OpenProject refused the values: User is not allowed to view this resource. Correct them and try again.
          who: User is not allowed to view this resource.
        time log 2 soon
        BadInput: `soon` is no length of time. Write it as 1.5, 1:30, 90m or 1h30m.
          hours: `soon` is no length of time. Write it as 1.5, 1:30, 90m or 1h30m.
        time log 2 0
        BadInput: No time is nothing to log. Write it as 1.5, 1:30, 90m or 1h30m.
          hours: No time is nothing to log. Write it as 1.5, 1:30, 90m or 1h30m.
        time log 2 1 activity=Sleping
        BadInput: There is no activity `Sleping` here. It can be Management, Development or Testing.
          activity: There is no activity `Sleping` here. It can be Management, Development or Testing.
        time log 5 1 user=ben
        Validation: OpenProject refused the values: User is invalid. Correct them and try again.
          user: User is invalid.
        time report from=2026-12-01 to=2026-11-01
        BadInput: The first day, 2026-12-01, is after the last, 2026-11-01.
          from: The first day, 2026-12-01, is after the last, 2026-11-01.
        time delete 99
        NotFound: There is no time entry 99 in OpenProject that the bot can see. Look at the number or name again.
        user create ana@example.org first_name=Ana last_name=Example login=ana
        Validation: OpenProject refused the values: Email has already been taken; Username has already been taken. Correct them and try again.
          email: Email has already been taken.
          login: Username has already been taken.
        user show zoe
        BadInput: OpenProject knows nobody called `zoe` that the bot can see. Write a login, an email address or a full name.
          user: OpenProject knows nobody called `zoe` that the bot can see. Write a login, an email address or a full name.
        user update ana
        BadInput: What shall change about Ana Example? Write it as a name and a value, such as last_name=Sample.
        group create printers
        Validation: OpenProject refused the values: Name has already been taken. Correct them and try again.
          name: Name has already been taken.
        member add ben project=demo role=Member
        BadInput: Ben Example is a member of Demo already. `member role` gives other roles.
          who: Ben Example is a member of Demo already. `member role` gives other roles.
        member add chloe project=demo role=Boss
        BadInput: There is no role `Boss` here. It can be Project admin, Member or Reader.
          role: There is no role `Boss` here. It can be Project admin, Member or Reader.
        member remove chloe project=apollo
        BadInput: Chloe Example is no member of Apollo.
          who: Chloe Example is no member of Apollo.
        project create Demo
        Validation: OpenProject refused the values: Identifier has already been taken. Correct them and try again.
          identifier: Identifier has already been taken.
        project update demo
        BadInput: What shall change about Demo? Write it as a name and a value, such as status=at_risk.
        version create 1.0 project=demo start_date=2026-12-02 due_date=2026-12-01
        Validation: OpenProject refused the values: Name has already been taken; Finish date must be greater than or equal to the start date. Correct them and try again.
          name: Name has already been taken.
          due_date: Finish date must be greater than or equal to the start date.
        version update 1.0 project=demo
        BadInput: What shall change about 1.0? Write it as a name and a value, such as status=locked.
        budget show Pens project=demo
        BadInput: There is no budget `Pens` here. It can be Paper and toner.
          budget: There is no budget `Pens` here. It can be Paper and toner.
        query show Nothing
        BadInput: There is no query `Nothing` here. It can be Open bugs.
          query: There is no query `Nothing` here. It can be Open bugs.
        notification read 99
        NotFound: There is no notification 99 in OpenProject that the bot can see. Look at the number or name again.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn what_the_bot_may_not_do_names_the_permission() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        demote(&mut state);
        state.memberships.iter_mut().for_each(|it| it.roles = vec![7]);
    }
    let mut text = String::new();
    for line in [
        "wp create Fire project=demo",
        "wp update 1 priority=Low",
        "wp assign 1 ben",
        "wp comment 1 Hello",
        "wp attach 1 file=https://example.org/fire.txt",
        "wp relate 1 4",
        "wp watch 1 chloe",
        "wp delete 1 confirm=yes",
        "wp show 5",
        "wp assign 1 me",
        "time log 2 1 user=ben",
        "time update 1 hours=2",
        "user list",
        "user create dora@example.org first_name=Dora last_name=Example",
        "user lock chloe",
        "group create Night shift",
        "member add ben project=demo role=Member",
        "project create Moon",
        "project archive demo confirm=yes",
        "project delete demo confirm=yes",
        "version create 2.0 project=demo",
        "budget list demo",
        "wp show 1",
    ] {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    expect![[r#"
        wp create Fire project=demo
        Permission: The bot's account in OpenProject may not do this with the project Demo: it takes the permission “Add work packages”. Somebody who administers OpenProject can give it a role that has it.
        wp update 1 priority=Low
        Permission: The bot's account in OpenProject may not do this with the work package #1: it takes the permission “Edit work packages”. Somebody who administers OpenProject can give it a role that has it.
        wp assign 1 ben
        Permission: The bot's account in OpenProject may not do this with the work package #1: it takes the permission “Edit work packages”. Somebody who administers OpenProject can give it a role that has it.
        wp comment 1 Hello
        Permission: The bot's account in OpenProject may not do this with the work package #1: it takes the permission “Add comments”. Somebody who administers OpenProject can give it a role that has it.
        wp attach 1 file=https://example.org/fire.txt
        Permission: OpenProject did not take `fire.txt`: The bot's account in OpenProject may not do this with the work package #1: it takes the permission “Add attachments”. Somebody who administers OpenProject can give it a role that has it.
          file: OpenProject did not take `fire.txt`: The bot's account in OpenProject may not do this with the work package #1: it takes the permission “Add attachments”. Somebody who administers OpenProject can give it a role that has it.
        wp relate 1 4
        Permission: The bot's account in OpenProject may not do this with the work package #1: it takes the permission “Manage work package relations”. Somebody who administers OpenProject can give it a role that has it.
        wp watch 1 chloe
        Permission: The bot's account in OpenProject may not do this with the work package #1: it takes the permission “Add watchers”. Somebody who administers OpenProject can give it a role that has it.
        wp delete 1 confirm=yes
        Permission: The bot's account in OpenProject may not do this with the work package #1: it takes the permission “Delete work packages”. Somebody who administers OpenProject can give it a role that has it.
        wp show 5
        NotFound: There is no work package #5 in OpenProject that the bot can see. Look at the number or name again.
        wp assign 1 me
        BadInput: I do not know who you are in OpenProject, so I cannot take `me`. Write your login there, or link your account.
          to: I do not know who you are in OpenProject, so I cannot take `me`. Write your login there, or link your account.
        time log 2 1 user=ben
        Permission: The bot's account in OpenProject may not do this with the work package #2: it takes the permission “Log time for other users”. Somebody who administers OpenProject can give it a role that has it.
        time update 1 hours=2
        Permission: The bot's account in OpenProject may not do this with the time entry 1: it takes the permission “Edit time logs”. Somebody who administers OpenProject can give it a role that has it.
        user list
        Permission: The bot's account in OpenProject may not do this with the list of people: it takes the permission “Create users”. Somebody who administers OpenProject can give it a role that has it.
        user create dora@example.org first_name=Dora last_name=Example
        Permission: The bot's account in OpenProject may not do this with the list of people: it takes the permission “Create users”. Somebody who administers OpenProject can give it a role that has it.
        user lock chloe
        Permission: The bot's account in OpenProject may not do this with the account Chloe Example: it takes the permission “Edit users”. Somebody who administers OpenProject can give it a role that has it.
        group create Night shift
        Permission: The bot's account in OpenProject may not do this with the list of groups: it takes an administrator's account. Somebody who administers OpenProject can make it one, or do this there.
        member add ben project=demo role=Member
        Permission: The bot's account in OpenProject may not do this with the project Demo: it takes the permission “Manage members”. Somebody who administers OpenProject can give it a role that has it.
        project create Moon
        Permission: The bot's account in OpenProject may not do this with the list of projects: it takes the permission “Create projects”. Somebody who administers OpenProject can give it a role that has it.
        project archive demo confirm=yes
        Permission: The bot's account in OpenProject may not do this with the project Demo: it takes the permission “Archive project”. Somebody who administers OpenProject can give it a role that has it.
        project delete demo confirm=yes
        Permission: The bot's account in OpenProject may not do this with the project Demo: it takes an administrator's account. Somebody who administers OpenProject can make it one, or do this there.
        version create 2.0 project=demo
        Permission: The bot's account in OpenProject may not do this with the project Demo: it takes the permission “Manage versions”. Somebody who administers OpenProject can give it a role that has it.
        budget list demo
        1 budget
        - Paper and toner
        wp show 1
        [Warning]
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Immediate
        Assignee: nobody
        Category: Hardware
        Budget: Paper and toner
        Story points: 3
        Severity: high
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Log time…: time log {"package":"1"}]
        (Updated 2026-11-20 09:00 UTC)
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn every_fault_is_a_sentence() {
    let desk = desk().await;
    desk.check_faults("wp show 1", expect![[r#"
        Failing: Server: OpenProject failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: OpenProject asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: OpenProject refuses the bot's credentials. An administrator can put a new API token into this connection: in OpenProject, as the bot's user, Account settings → Access tokens → API.
        Forbidden: Permission: The bot's account in OpenProject may not do this with the work package #1: it takes the permission “View work packages”. Somebody who administers OpenProject can give it a role that has it.
        Html: Server: OpenProject answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: OpenProject cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    desk.check_faults("wp comment 1 Hello", expect![[r#"
        Failing, may be done: Server: OpenProject failed (500 Internal Server Error). Try again in a minute. It may have been done all the same: look in OpenProject before you repeat it.
        RateLimiting: RateLimited: OpenProject asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: OpenProject refuses the bot's credentials. An administrator can put a new API token into this connection: in OpenProject, as the bot's user, Account settings → Access tokens → API.
        Forbidden: Permission: The bot's account in OpenProject may not do this with the work package #1: it takes the permission “Add comments”. Somebody who administers OpenProject can give it a role that has it.
        Html: Server: OpenProject answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: OpenProject cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    let said = desk.standin.state().package(1).map(|it| it.activities.iter().filter(|it| !it.comment.is_empty()).count());
    assert_eq!(said, Some(1), "it is said once, when nothing is wrong");
    let desk = super::desk().await;
    desk.check_faults("wp create Fire project=demo", expect![[r#"
        Failing: Server: OpenProject failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: OpenProject asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: OpenProject refuses the bot's credentials. An administrator can put a new API token into this connection: in OpenProject, as the bot's user, Account settings → Access tokens → API.
        Forbidden: Permission: The bot's account in OpenProject may not do this. Somebody who administers it can give it a role that may.
        Html: Server: OpenProject answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: OpenProject cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    assert_eq!(desk.standin.state().packages.len(), 6, "it is created once, when nothing is wrong");
}
