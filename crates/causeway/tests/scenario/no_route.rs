//! Mail without a way out while the mail flow changes, and what the command line says of changes that
//! cannot be made.

use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, ScriptedPeer};

use super::world::{
    FEW_ATTEMPTS, assert_all_accounted, inside, send, wait_for_deferral, wait_for_mail,
    wait_for_status,
};

const CORP: &str = "[[domain]]\nname = \"corp.test\"\ntype = \"internal_relay\"\n";

/// `corp.test` is ours, and its mailboxes are on this server.
fn with_corp(corp: &ScriptedPeer) -> Setup {
    inside()
        .mailflow(CORP)
        .connector("to corp", "corp.test", corp.address(), "")
        .mailflow(FEW_ATTEMPTS)
}

fn done(server: &Server, command: &[&str]) -> String {
    let answer = server.cli(command);
    assert_eq!(answer.status, Some(0), "{command:?}: {answer:?}");
    answer.stdout
}

/// Mail for x@corp.test, and no way there.
fn strand(server: &Server) {
    done(server, &["connector", "disable", "to corp", "--yes"]);
    send(server, &["x@corp.test"], "stranded");
    let waits = wait_for_deferral(server, "x@corp.test");
    assert_eq!(waits["code"], "450 4.4.1", "{waits}");
}

fn wait_for_no_route(server: &Server, recipient: &str) {
    server.wait_for("no route", || {
        (wait_for_deferral(server, recipient)["code"] == "450 4.4.1").then_some(())
    });
}

#[test]
fn mail_without_a_route_is_sent_at_once_when_there_is_one() {
    let corp = ScriptedPeer::start(Behaviour::new());
    let server = with_corp(&corp).start();
    strand(&server);
    let plan = done(&server, &["connector", "enable", "to corp"]);
    assert!(plan.contains("1: queued recipients go through connector \"to corp\""), "{plan}");
    wait_for_status(&server, "x@corp.test", "relayed");
    assert_all_accounted(&server);
}

#[test]
fn mail_without_a_route_is_sent_at_once_when_a_start_finds_one() {
    let corp = ScriptedPeer::start(Behaviour::new());
    let mut server = with_corp(&corp).start();
    strand(&server);
    server.kill();
    let path = server.config_dir().join("mailflow.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("enabled = false\n"), "{text}");
    std::fs::write(&path, text.replace("enabled = false\n", "")).unwrap();
    server.start();
    wait_for_status(&server, "x@corp.test", "relayed");
    assert_all_accounted(&server);
}

#[test]
fn mail_that_loses_its_way_says_so_at_once_and_waits_for_another() {
    let (wrong, right) = (ScriptedPeer::refusing(), ScriptedPeer::start(Behaviour::new()));
    let server = with_corp(&wrong).start();
    send(&server, &["x@corp.test"], "waits");
    assert_eq!(wait_for_deferral(&server, "x@corp.test")["code"], "450 4.4.316");
    let plan = done(&server, &["connector", "disable", "to corp", "--yes"]);
    assert!(plan.contains("1: queued recipients have no way out: they wait (450 4.4.1)"), "{plan}");
    wait_for_no_route(&server, "x@corp.test");
    // Nobody takes what is disabled, wherever it leads.
    let host = right.address().to_string();
    done(&server, &["connector", "set", "to corp", "--smart-host", &host]);
    assert_eq!(wait_for_deferral(&server, "x@corp.test")["code"], "450 4.4.1");
    done(&server, &["connector", "enable", "to corp"]);
    wait_for_status(&server, "x@corp.test", "relayed");
    assert_all_accounted(&server);
}

#[test]
fn mail_without_a_route_is_returned_when_its_recipient_does_not_exist_any_more() {
    let corp = ScriptedPeer::start(Behaviour::new());
    let server = with_corp(&corp).start();
    strand(&server);
    let plan = done(&server, &["domain", "set", "corp.test", "--type", "authoritative", "--yes"]);
    assert!(plan.contains("1: queued recipients do not exist any more"), "{plan}");
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert!(report.contains("5.1.1"), "{report}");
    assert_all_accounted(&server);
}

#[test]
fn a_change_from_a_revision_that_is_not_in_force_is_refused_before_a_plan_is_shown() {
    let corp = ScriptedPeer::start(Behaviour::new());
    let server = with_corp(&corp).start();
    done(&server, &["domain", "add", "more.test"]);
    let path = server.config_dir().join("mailflow.toml").display().to_string();
    for (base, why) in [
        ("99", "there is no revision 99; revision 2 is in force"),
        ("1", "changed meanwhile: revision 2 came after revision 1"),
    ] {
        let refused = server.cli(&["apply", &path, "--base", base]);
        assert_eq!(refused.status, Some(1), "{refused:?}");
        assert!(refused.stderr.contains(why), "{refused:?}");
        assert_eq!(refused.stdout, "", "no plan against another revision");
    }
}

#[test]
fn who_insists_is_not_told_that_it_is_refused() {
    let corp = ScriptedPeer::refusing();
    let server = with_corp(&corp).start();
    send(&server, &["x@corp.test"], "waits");
    wait_for_deferral(&server, "x@corp.test");
    let path = server.config_dir().join("new.toml");
    let text = std::fs::read_to_string(server.config_dir().join("mailflow.toml")).unwrap();
    std::fs::write(&path, text.replace(CORP, "")).unwrap();
    let path = path.display().to_string();
    let refused = server.cli(&["apply", &path, "--yes"]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.stdout.contains("Refused: ") && refused.stdout.contains("insist with --force"));
    let asked = server.cli(&["apply", &path, "--force"]);
    assert_eq!(asked.status, Some(2), "{asked:?}");
    assert!(!asked.stdout.contains("Refused"), "{asked:?}");
    assert!(asked.stdout.contains("Insisted upon with --force, although: 1 queued"), "{asked:?}");
    let question =
        "nothing was done: there is no terminal to ask on: \"Put this in force?\"; give --yes";
    assert!(asked.stderr.contains(question), "{asked:?}");
    done(&server, &["apply", &path, "--force", "--yes"]);
}

#[test]
fn the_first_revision_says_that_it_is_the_first() {
    let corp = ScriptedPeer::start(Behaviour::new());
    let server = with_corp(&corp).start();
    let shown = done(&server, &["history", "show", "1"]);
    assert!(shown.contains("the first revision: no mail flow was in force before"), "{shown}");
    assert!(!shown.contains(" from \"Causeway\""), "{shown}");
}

#[test]
fn what_is_not_there_is_answered_with_the_command_that_lists_what_is() {
    let corp = ScriptedPeer::start(Behaviour::new());
    let server = with_corp(&corp).start();
    for (command, status, instead) in [
        (&["domain", "remove", "far-away.example"][..], 1, "`causeway domain list`"),
        (&["connector", "disable", "something else"], 1, "`causeway connector list`"),
        (&["history", "show", "abc"], 2, "no number of a revision; `causeway history`"),
        (&["fix", "plan", "99"], 1, "there is no alert 99; `causeway alert list`"),
    ] {
        let answer = server.cli(command);
        assert_eq!(answer.status, Some(status), "{answer:?}");
        assert!(answer.stderr.contains(instead), "{answer:?}");
    }
}

#[test]
fn times_in_listings_are_written_in_one_form_and_in_json_as_rfc_3339() {
    let corp = ScriptedPeer::refusing();
    let server = with_corp(&corp).start();
    send(&server, &["x@corp.test"], "waits");
    wait_for_deferral(&server, "x@corp.test");
    let id = server.queue()[0]["id"].as_str().unwrap().to_owned();
    for command in [&["health"][..], &["queue", "show", &id], &["trace", "show", &id]] {
        let text = server.cli(command).stdout;
        let moment =
            |word: &str| word.contains("T") && word.contains("Z") && word.starts_with("20");
        let found: Vec<&str> = text.split_whitespace().filter(|word| moment(word)).collect();
        assert_eq!(found, [""; 0], "{text}");
        assert!(text.contains(" next attempt") || command[0] == "health", "{text}");
    }
    let shown = server.json(&["queue", "show", &id]).to_string();
    assert!(shown.contains(".000Z") || shown.contains("Z\""), "{shown}");
}
