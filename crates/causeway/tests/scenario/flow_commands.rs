//! The mail flow under change by the command line: what it shows, asks and refuses.

use causeway_testkit::{Behaviour, ScriptedPeer};
use serde_json::{Value, json};

use super::flow::{effect, file, revisions, write_file};
use super::world::{
    FEW_ATTEMPTS, assert_all_accounted, ours, send, wait_for_deferral, wait_for_status,
    with_partner,
};

#[test]
fn the_command_line_plans_applies_lists_and_goes_back() {
    let wrong = ScriptedPeer::refusing();
    let right = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(wrong.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "waits");
    wait_for_deferral(&server, "x@partner.test");
    let old = file(&server);
    let new = old.replace(&wrong.address().to_string(), &right.address().to_string());
    write_file(&server, &new);

    let plan = server.json(&["plan"]);
    assert_eq!((&plan["refused"], &effect(&plan, "rerouted")["count"]), (&Value::Null, &json!(1)));
    let shown = server.cli(&["plan", "--lang", "en"]);
    assert!(shown.stdout.contains("connector \"partner\" changes smart hosts"), "{shown:?}");
    assert!(shown.stdout.contains("1: queued recipients go through"), "{shown:?}");
    // Nothing is lost: nothing is asked, although there is no terminal.
    let applied = server.cli(&["apply", "--reason", "they have moved", "--lang", "en"]);
    assert_eq!(applied.status, Some(0), "{applied:?}");
    assert!(applied.stdout.contains("Revision 2 is in force."), "{applied:?}");
    wait_for_status(&server, "x@partner.test", "relayed");
    let again = server.json(&["apply"]);
    assert_eq!((&again["applied"], &again["revision"]), (&json!(true), &json!(2)));

    let history = server.json(&["history"]);
    let newest = &history[0];
    assert_eq!((&newest["revision"], &newest["reason"]), (&json!(2), &json!("they have moved")));
    for field in ["at", "author", "diff"] {
        assert!(newest[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {newest}");
    }
    let one = server.cli(&["history", "show", "1"]);
    assert!(one.stdout.contains(old.lines().next().unwrap()), "{one:?}");

    let back = server.cli(&["revert", "1", "--json"]).json();
    assert_eq!((&back["revision"], &back["applied"]), (&json!(3), &json!(true)), "{back}");
    assert_eq!(file(&server), old);
    assert_eq!(server.cli(&["history", "show", "9"]).status, Some(1));
}

#[test]
fn a_plan_is_told_in_the_language_asked_for_and_the_history_stays_english() {
    let server = ours().mailflow("[[domain]]\nname = \"more.test\"\n").start();
    let without = file(&server).replace("[[domain]]\nname = \"more.test\"\n", "");
    for (language, change, effect) in [
        ("en", "the domain more.test is no longer accepted", "refused from now on for more.test"),
        ("de", "die Domäne more.test wird nicht mehr akzeptiert", "ab jetzt abgelehnt"),
        ("nl", "het domein more.test wordt niet meer geaccepteerd", "vanaf nu geweigerd"),
        ("sv", "domänen more.test godkänns inte längre", "avvisas från och med nu"),
    ] {
        let plan = server.cli_with_input(&["plan", "-", "--json", "--lang", language], &without);
        let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
        assert_eq!(plan["changes"], json!([change]), "{plan}");
        let detail = plan["effects"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(effect) && detail.contains("more.test"), "{plan}");
        assert_eq!(plan["effects"][0]["kind"], "domains_lost", "words of programs stay: {plan}");
    }
    let open =
        file(&server).replace("networks = []", "networks = [\"0.0.0.0/1\", \"128.0.0.0/1\"]");
    let refused = server.cli_with_input(&["plan", "-", "--json", "--lang", "de"], &open);
    let refused: Value = serde_json::from_str(&refused.stdout).unwrap();
    let errors = refused["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2, "{refused}");
    assert!(refused["refused"].as_str().unwrap().contains("(und 1 weitere)"), "{refused}");
    let shown = server.cli_with_input(&["plan", "-", "--lang", "de"], &open);
    assert_eq!(shown.status, Some(1), "{shown:?}");
    for error in errors {
        assert!(shown.stdout.contains(error["what"].as_str().unwrap()), "{shown:?}");
    }
    let args = ["apply", "-", "--yes", "--json", "--lang", "de"];
    let applied = server.cli_with_input(&args, &without);
    assert!(applied.stdout.contains("wird nicht mehr akzeptiert"), "{applied:?}");
    let history = server.json(&["history", "--lang", "de"]);
    assert_eq!(history[0]["diff"], "the domain more.test is no longer accepted");
}

#[test]
fn the_command_line_asks_before_something_is_lost() {
    let server = ours().mailflow("[[domain]]\nname = \"more.test\"\n").start();
    let with = file(&server);
    let without = with.replace("[[domain]]\nname = \"more.test\"\n", "");
    write_file(&server, &without);
    let asked = server.cli(&["apply"]);
    assert_eq!(asked.status, Some(2), "nobody can be asked: {asked:?}");
    assert!(asked.stderr.contains("--yes"), "{asked:?}");
    assert!(asked.stdout.contains("more.test is no longer accepted"), "shown first: {asked:?}");
    assert_eq!(revisions(&server).len(), 1);
    assert_eq!(server.cli(&["apply", "--yes"]).status, Some(0));
    assert_eq!(revisions(&server).len(), 2);
}

#[test]
fn the_command_line_says_no_to_a_plan_that_is_refused_and_names_bad_input() {
    let server = ours().start();
    let open = file(&server).replace("networks = []", "networks = [\"0.0.0.0/1\"]");
    let refused = server.cli_with_input(&["plan", "-", "--json"], &open);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    let document: Value = serde_json::from_str(&refused.stdout).unwrap();
    assert!(document["refused"].as_str().is_some_and(|why| why.contains("open relay")));
    assert_eq!(server.cli_with_input(&["apply", "-", "--yes", "--force"], &open).status, Some(1));
    let broken = server.cli_with_input(&["plan", "-"], "[queue]\nexpire_after = 3\n");
    assert_eq!((broken.status, broken.stdout.as_str()), (Some(2), ""), "{broken:?}");
    assert!(broken.stderr.contains("mailflow.toml:2:"), "{broken:?}");
    assert_eq!(server.cli(&["plan", "/nonexistent"]).status, Some(2));
}

#[test]
fn domains_are_added_changed_and_removed_in_the_same_file() {
    let server = ours().mailflow("# about nothing in particular").start();
    let before = file(&server);
    let added = server.json(&["domain", "add", "more.test", "--type", "internal_relay"]);
    assert_eq!((&added["applied"], &added["revision"]), (&json!(true), &json!(2)), "{added}");
    assert_eq!(server.cli(&["domain", "add", "MORE.test"]).status, Some(1), "it is there");
    let set = server.cli(&["domain", "set", "more.test", "--type", "authoritative", "--yes"]);
    assert_eq!(set.status, Some(0), "{set:?}");
    let domains = server.json(&["domain", "list"]);
    let more = domains.as_array().unwrap().iter().find(|d| d["name"] == "more.test").unwrap();
    assert_eq!(more["type"], "authoritative");
    let asked = server.cli(&["domain", "remove", "more.test"]);
    assert_eq!(asked.status, Some(2), "asks, and there is no terminal: {asked:?}");
    assert_eq!(server.cli(&["domain", "remove", "more.test", "--yes"]).status, Some(0));
    assert_eq!(file(&server), before, "comments, order and spacing are as they were");
    assert_eq!(server.cli(&["domain", "remove", "more.test", "--yes"]).status, Some(1));
    let near = server.cli(&["domain", "set", "our.test", "--match-subdomains"]);
    assert_eq!(near.status, Some(1), "{near:?}");
    assert!(near.stderr.contains("did you mean \"ours.test\"?"), "{near:?}");
    let history = server.json(&["history"]);
    let reasons: Vec<&str> =
        history.as_array().unwrap().iter().map(|r| r["reason"].as_str().unwrap()).collect();
    assert!(reasons.contains(&"domain add more.test"), "{reasons:?}");
}

#[test]
fn connectors_are_added_changed_disabled_and_removed_with_mail_in_the_queue() {
    let wrong = ScriptedPeer::refusing();
    let right = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(wrong.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test"], "waits");
    wait_for_deferral(&server, "x@partner.test");
    let (old, new) = (wrong.address().to_string(), right.address().to_string());
    let before = file(&server);
    // The mail waits elsewhere for a while.
    let add = ["connector", "add", "second", "--direction", "outbound", "--peer", "partner"];
    let add = [&add[..], &["--recipient-domain", "other.test", "--smart-host", &old]].concat();
    assert_eq!(server.json(&add)["applied"], true);
    let tie = server.cli(&["connector", "set", "second", "--recipient-domain", "partner.test"]);
    assert_eq!(tie.status, Some(1), "two connectors for one domain: {tie:?}");
    assert!(tie.stdout.contains("both take"), "{tie:?}");
    assert_eq!(server.cli(&["connector", "disable", "second"]).status, Some(0));
    assert!(file(&server).contains("enabled = false"), "{}", file(&server));
    assert_eq!(server.cli(&["connector", "enable", "second"]).status, Some(0));
    assert_eq!(server.cli(&["connector", "remove", "second", "--yes"]).status, Some(0));
    assert_eq!(file(&server), before);
    // And is sent when its own connector is corrected.
    let set = server.json(&["connector", "set", "partner", "--smart-host", &new]);
    assert_eq!(effect(&set, "rerouted")["count"], 1);
    wait_for_status(&server, "x@partner.test", "relayed");
    let wrong_word = server.cli(&["connector", "set", "partner", "--smart-host", "a b"]);
    assert_eq!(wrong_word.status, Some(2), "{wrong_word:?}");
    assert!(wrong_word.stderr.contains("--smart-host \"a b\": "), "{wrong_word:?}");
    assert!(!wrong_word.stderr.contains("mailflow.toml:"), "{wrong_word:?}");
    assert_eq!(server.cli(&["connector", "set", "none", "--use-mx"]).status, Some(1));
    for command in [
        &["connector", "disable", "partne"][..],
        &["connector", "remove", "partne", "--yes"],
        &["connector", "explain", "partne"],
        &["connector", "validate", "partne", "--to", "x@partner.test"],
    ] {
        let near = server.cli(command);
        assert_eq!(near.status, Some(1), "{near:?}");
        assert!(near.stderr.contains("did you mean \"partner\"?"), "{near:?}");
    }
    assert_all_accounted(&server);
}

#[test]
fn a_command_never_undoes_what_somebody_wrote_by_hand() {
    let server = ours().start();
    let edited = format!("{}# by hand\n", file(&server));
    write_file(&server, &edited);
    let refused = server.cli(&["domain", "add", "more.test"]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("causeway apply"), "{refused:?}");
    assert_eq!(file(&server), edited);
    assert_eq!(server.cli(&["apply"]).status, Some(0));
    assert_eq!(server.cli(&["domain", "add", "more.test"]).status, Some(0));
}
