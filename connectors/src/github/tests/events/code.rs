//! Pushes, branches, tags.

use super::*;

#[test]
fn pushes_branches_and_tags() {
    let commit = |id: &str, message: &str| json!({ "id": id.repeat(20), "message": message, "author": { "username": "ana" }, "url": format!("https://github.com/example/demo/commit/{}", id.repeat(20)), "modified": ["src/print.rs"] });
    let many: Vec<Value> = (10..40).map(|it| commit(&it.to_string(), &format!("Step {it}"))).collect();
    let none = "0".repeat(40);
    check(
        &[
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/heads/APOLLO-7-hose", "before": "aa".repeat(20), "after": "bb".repeat(20), "commits": [commit("bb", "Turn it on (#5)\n\nAt last.")], "compare": "https://github.com/example/demo/compare/aaaaaaaaaaaa...bbbbbbbbbbbb" }),
                ),
            ),
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/heads/main", "before": "aa".repeat(20), "after": "bb".repeat(20), "forced": true, "commits": [], "compare": "https://github.com/example/demo/compare/aaaaaaaaaaaa...bbbbbbbbbbbb" }),
                ),
            ),
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/heads/main", "before": "aa".repeat(20), "after": "39".repeat(20), "commits": many }),
                ),
            ),
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/heads/hose", "before": none, "after": "bb".repeat(20), "created": true, "commits": [] }),
                ),
            ),
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/heads/hose", "before": "bb".repeat(20), "after": none, "deleted": true, "commits": [] }),
                ),
            ),
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/tags/v1", "before": none, "after": "bb".repeat(20), "created": true, "commits": [] }),
                ),
            ),
            ("create", from("ana", json!({ "ref": "hose", "ref_type": "branch" }))),
            ("delete", from("ana", json!({ "ref": "v1", "ref_type": "tag" }))),
        ],
        expect![[r#"
            commit.pushed | ana | bbbbbbbbbb | 1 commit to APOLLO-7-hose
                in example/demo
                at https://github.com/example/demo/compare/aaaaaaaaaaaa...bbbbbbbbbbbb
                branch APOLLO-7-hose
                about example/demo#5 APOLLO-7
                text bbbbbbbbbb Turn it on (#5)
                commit bbbbbbb Turn it on (#5) · ana https://github.com/example/demo/commit/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
                paths src/print.rs

            commit.force_pushed | ana | bbbbbbbbbb | main set back
                in example/demo
                at https://github.com/example/demo/compare/aaaaaaaaaaaa...bbbbbbbbbbbb
                branch main
                change head: aaaaaaaaaa → bbbbbbbbbb

            commit.pushed | ana | 3939393939 | 30 commits to main
                in example/demo
                at https://github.com/example/demo/compare/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...3939393939393939393939393939393939393939
                branch main
                text … 10 more
                     2020202020 Step 20
                     2121212121 Step 21
                     2222222222 Step 22
                     2323232323 Step 23
                     2424242424 Step 24
                     2525252525 Step 25
                     2626262626 Step 26
                     2727272727 Step 27
                     2828282828 Step 28
                     2929292929 Step 29
                     3030303030 Step 30
                     3131313131 Step 31
                     3232323232 Step 32
                     3333333333 Step 33
                     3434343434 Step 34
                     3535353535 Step 35
                     3636363636 Step 36
                     3737373737 Step 37
                     3838383838 Step 38
                     3939393939 Step 39
                commit 2020202 Step 20 · ana https://github.com/example/demo/commit/2020202020202020202020202020202020202020
                commit 2121212 Step 21 · ana https://github.com/example/demo/commit/2121212121212121212121212121212121212121
                commit 2222222 Step 22 · ana https://github.com/example/demo/commit/2222222222222222222222222222222222222222
                commit 2323232 Step 23 · ana https://github.com/example/demo/commit/2323232323232323232323232323232323232323
                commit 2424242 Step 24 · ana https://github.com/example/demo/commit/2424242424242424242424242424242424242424
                commit 2525252 Step 25 · ana https://github.com/example/demo/commit/2525252525252525252525252525252525252525
                commit 2626262 Step 26 · ana https://github.com/example/demo/commit/2626262626262626262626262626262626262626
                commit 2727272 Step 27 · ana https://github.com/example/demo/commit/2727272727272727272727272727272727272727
                commit 2828282 Step 28 · ana https://github.com/example/demo/commit/2828282828282828282828282828282828282828
                commit 2929292 Step 29 · ana https://github.com/example/demo/commit/2929292929292929292929292929292929292929
                commit 3030303 Step 30 · ana https://github.com/example/demo/commit/3030303030303030303030303030303030303030
                commit 3131313 Step 31 · ana https://github.com/example/demo/commit/3131313131313131313131313131313131313131
                commit 3232323 Step 32 · ana https://github.com/example/demo/commit/3232323232323232323232323232323232323232
                commit 3333333 Step 33 · ana https://github.com/example/demo/commit/3333333333333333333333333333333333333333
                commit 3434343 Step 34 · ana https://github.com/example/demo/commit/3434343434343434343434343434343434343434
                commit 3535353 Step 35 · ana https://github.com/example/demo/commit/3535353535353535353535353535353535353535
                commit 3636363 Step 36 · ana https://github.com/example/demo/commit/3636363636363636363636363636363636363636
                commit 3737373 Step 37 · ana https://github.com/example/demo/commit/3737373737373737373737373737373737373737
                commit 3838383 Step 38 · ana https://github.com/example/demo/commit/3838383838383838383838383838383838383838
                commit 3939393 Step 39 · ana https://github.com/example/demo/commit/3939393939393939393939393939393939393939
                paths src/print.rs

            branch.created | ana | hose | branch
                in example/demo
                at https://github.com/example/demo/tree/hose
                branch hose

            branch.deleted | ana | hose | branch
                in example/demo
                at https://github.com/example/demo/commits/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
                branch hose

            tag.created | ana | v1 | tag
                in example/demo
                at https://github.com/example/demo/tree/v1
                branch v1

            branch.created | ana | hose | branch
                in example/demo
                at https://github.com/example/demo/tree/hose
                branch hose

            tag.deleted | ana | v1 | tag
                in example/demo
                at https://github.com/example/demo/tags
                branch v1"#]],
    );
}
