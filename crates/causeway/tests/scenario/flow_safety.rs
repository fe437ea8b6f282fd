//! What must not happen when the mail flow is changed: nothing at all in force by accident, edits lost, a way
//! forgotten.

use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, ScriptedPeer};
use serde_json::{Value, json};

use super::flow::{apply, file, get, revisions, write_file};
use super::world::{
    FEW_ATTEMPTS, assert_all_accounted, inside, ours, send, wait_for_deferral, wait_for_status,
    with_partner,
};

fn accepts_mail_for_bob(server: &Server) -> bool {
    let mut client = server.client_from("127.0.0.9");
    client.ehlo();
    client.command("MAIL FROM:<a@ext.test>");
    client.command("RCPT TO:<bob@ours.test>").code == 250
}

#[test]
fn a_file_that_is_gone_or_empty_at_a_start_leaves_the_newest_revision_in_force() {
    let mut server = ours().start();
    let (path, text) = (server.config_dir().join("mailflow.toml"), file(&server));
    for is_gone in [false, true] {
        server.kill();
        match is_gone {
            true => std::fs::remove_file(&path).unwrap(),
            false => write_file(&server, "\n"),
        }
        server.start();
        assert!(accepts_mail_for_bob(&server), "gone: {is_gone}");
        assert_ne!(std::fs::read_to_string(&path).ok(), Some(text.clone()), "it is not touched");
        let revision = get(&server, "/v1/flow")["revision"].to_string();
        let revert = format!("`causeway revert {revision}` writes the file again");
        let health = server.cli(&["health"]);
        assert_eq!(health.status, Some(1), "{health:?}");
        let named = path.display().to_string();
        for part in [&named, "is gone or empty", &revert, "`causeway apply /dev/null --force`"] {
            assert!(health.stdout.contains(part), "{part}: {health:?}");
            assert!(server.log().contains(part), "{part}: {}", server.log());
        }
        let back = server.cli(&["revert", &revision]);
        assert_eq!(back.status, Some(0), "nothing is lost, nobody is asked: {back:?}");
        assert_eq!(file(&server), text);
        assert_eq!(server.cli(&["health"]).status, Some(0));
    }
}

#[test]
fn nothing_at_all_is_put_in_force_only_when_somebody_insists() {
    let mut server = ours().start();
    let text = file(&server);
    for command in [&["plan", "/dev/null"][..], &["apply", "/dev/null", "--yes"]] {
        let refused = server.cli(command);
        assert_eq!(refused.status, Some(1), "{refused:?}");
        assert!(refused.stdout.contains("this leaves no mail flow at all"), "{refused:?}");
        assert!(refused.stdout.contains("or insist with --force"), "{refused:?}");
    }
    let (_, answer) = apply(&server, json!({ "text": " \n" }));
    assert_eq!((&answer["applied"], &answer["can_be_forced"]), (&json!(false), &json!(true)));
    assert_eq!((file(&server), revisions(&server).len()), (text, 1));
    let done = server.cli(&["apply", "/dev/null", "--yes", "--force"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    assert_eq!((file(&server).as_str(), revisions(&server).len()), ("", 2));
    // It is in no doubt afterwards.
    server.kill_and_restart();
    assert_eq!(server.cli(&["health"]).status, Some(0));
    assert_eq!(get(&server, "/v1/flow")["text"], "");
}

#[test]
fn the_command_line_takes_no_file_that_is_not_there_for_an_empty_one() {
    let server = ours().start();
    let text = file(&server);
    std::fs::remove_file(server.config_dir().join("mailflow.toml")).unwrap();
    for command in [&["plan"][..], &["apply", "--yes"], &["apply", "--yes", "--force"]] {
        let refused = server.cli(command);
        assert_eq!((refused.status, refused.stdout.as_str()), (Some(2), ""), "{refused:?}");
        assert!(refused.stderr.contains("name a mailflow.toml"), "{refused:?}");
    }
    assert_eq!(get(&server, "/v1/flow")["text"], json!(text));
    assert_eq!(revisions(&server).len(), 1);
}

#[test]
fn a_text_that_is_too_long_is_refused_and_never_cut() {
    let server = ours().start();
    let long = format!("{}{}", file(&server), "#".repeat(16 << 20));
    let refused = server.cli_with_input(&["plan", "-"], &long);
    assert_eq!(refused.status, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("standard input is longer than 16 MiB"), "{refused:?}");
}

#[test]
fn edits_that_were_never_in_force_are_replaced_only_when_insisted_upon_and_kept() {
    let server = ours().start();
    let first = file(&server);
    assert_eq!(server.cli(&["domain", "add", "more.test"]).status, Some(0));
    let edited = format!("{}# by hand\n", file(&server));
    write_file(&server, &edited);
    let plan = server.json(&["plan", "--revision", "1"]);
    let differs = plan["file_differs"].as_str().unwrap();
    assert!(differs.contains("edited since revision 2"), "{plan}");
    assert_eq!(server.json(&["plan"]).get("file_differs"), None, "the edits themselves");
    let refused = server.cli(&["revert", "1"]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.stdout.contains(differs), "{refused:?}");
    assert!(refused.stderr.contains("in a file beside it"), "{refused:?}");
    assert_eq!(file(&server), edited);
    let done = server.cli(&["revert", "1", "--force", "--yes", "--json"]).json();
    assert_eq!((&done["applied"], &done["revision"]), (&json!(true), &json!(3)), "{done}");
    let kept = done["kept_edits"].as_str().unwrap();
    assert!(kept.ends_with("mailflow.toml.edited-after-2"), "{kept}");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), edited, "to the octet");
    assert_eq!(file(&server), first);
    // What is no text is kept, too, and told.
    let octets = b"# caf\xe9\n";
    std::fs::write(server.config_dir().join("mailflow.toml"), octets).unwrap();
    let told = server.cli(&["revert", "2", "--force", "--yes"]);
    assert_eq!(told.status, Some(0), "{told:?}");
    assert!(told.stdout.contains("mailflow.toml.edited-after-3"), "{told:?}");
    let kept = server.config_dir().join("mailflow.toml.edited-after-3");
    assert_eq!(std::fs::read(kept).unwrap(), octets);
}

#[test]
fn a_crash_before_a_revision_is_in_force_loses_no_way_of_waiting_mail() {
    let (wrong, right) = (ScriptedPeer::refusing(), ScriptedPeer::start(Behaviour::new()));
    let mut server = with_partner(wrong.address(), "")
        .mailflow(FEW_ATTEMPTS)
        .environment("CAUSEWAY_TEST_DIE_AT", "flow-recorded")
        .start();
    send(&server, &["x@partner.test"], "waits");
    wait_for_deferral(&server, "x@partner.test");
    let host = right.address().to_string();
    let cut_off = server.cli(&["connector", "set", "partner", "--smart-host", &host]);
    assert_eq!(cut_off.status, Some(3), "{cut_off:?}");
    server.kill_and_restart();
    assert_eq!(revisions(&server).len(), 2);
    // The next attempt is in 30 hours, and nobody moves the clock.
    wait_for_status(&server, "x@partner.test", "relayed");
    assert_all_accounted(&server);
}

#[test]
fn a_corrected_password_is_tried_at_the_signal() {
    let peer = ScriptedPeer::start(Behaviour::new().credentials("relay", "right"));
    let place = tempfile::tempdir().unwrap();
    let password = place.path().join("password");
    std::fs::write(&password, "wrong\n").unwrap();
    let login = format!("credentials = {{ user = \"relay\", password_file = {password:?} }}");
    let server = inside()
        .connector("partner", "partner.test", peer.address(), &login)
        .mailflow(FEW_ATTEMPTS)
        .start();
    send(&server, &["x@partner.test"], "waits");
    let waits: Value = wait_for_deferral(&server, "x@partner.test");
    assert_eq!(waits["attempts"], 1, "{waits}");
    std::fs::write(&password, "right\n").unwrap();
    server.signal(rustix::process::Signal::HUP);
    wait_for_status(&server, "x@partner.test", "relayed");
    assert_all_accounted(&server);
}

#[test]
fn a_text_that_cannot_be_read_is_a_document_for_programs_and_bad_input() {
    let server = ours().start();
    let broken = format!("{}[[domain]]\nname = 7\n[[domain]]\nnames = \"x.test\"\n", file(&server));
    let asked = server.cli_with_input(&["plan", "-", "--json"], &broken);
    assert_eq!(asked.status, Some(2), "{asked:?}");
    let plan: Value = serde_json::from_str(&asked.stdout).unwrap();
    assert_eq!((&plan["changes"], plan.get("applied")), (&json!([]), None), "{plan}");
    assert!(plan["refused"].is_string(), "{plan}");
    let errors = plan["errors"].as_array().unwrap();
    assert!(errors.len() > 1 && errors.iter().all(|error| error["line"].is_u64()), "{plan}");
    let told = errors.iter().all(|error| asked.stderr.contains(error["what"].as_str().unwrap()));
    assert!(told, "{asked:?}");
    let asked = server.cli_with_input(&["apply", "-", "--yes", "--json"], &broken);
    let answer: Value = serde_json::from_str(&asked.stdout).unwrap();
    assert_eq!((asked.status, &answer["applied"]), (Some(2), &json!(false)), "{asked:?}");
    assert_eq!(answer["errors"], plan["errors"]);
}

#[test]
fn commands_about_connectors_tell_the_doubts_and_are_recorded_as_they_were_given() {
    let nobody = "127.0.0.1:9".parse().unwrap();
    let server = with_partner(nobody, "tls = \"certificate_validation\"").start();
    let missing = server.config_dir().join("no-such-password").display().to_string();
    let login = ["connector", "set", "partner", "--user", "relay", "--password-file", &missing];
    let set = server.cli(&login);
    assert_eq!(set.status, Some(0), "{set:?}");
    assert!(set.stderr.contains(&format!("{missing} cannot be read")), "{set:?}");
    let source = server.cli(&["connector", "set", "partner", "--source-address", "192.0.2.77"]);
    assert!(source.stderr.contains("192.0.2.77 is no address of this machine"), "{source:?}");
    let reasons = server.json(&["history"]);
    let login = format!("connector set \"partner\" --user relay --password-file {missing}");
    assert_eq!(reasons[1]["reason"], login);
    assert_eq!(reasons[0]["reason"], "connector set \"partner\" --source-address 192.0.2.77");
    let via = format!("{}\n[routing]\ninternet = 'via connector \"partner\"'\n", file(&server));
    assert_eq!(apply(&server, json!({ "text": via })).0, 200);
    let line = via.lines().position(|line| line.starts_with("internet")).unwrap() + 1;
    let removed = server.cli(&["connector", "remove", "partner", "--yes"]);
    assert_eq!(removed.status, Some(1), "{removed:?}");
    assert!(
        removed.stderr.contains(&format!("[routing].internet (mailflow.toml:{line})")),
        "{removed:?}"
    );
    let disabled = server.cli(&["connector", "disable", "partner"]);
    assert_eq!(disabled.status, Some(2), "nobody can be asked: {disabled:?}");
    assert!(disabled.stdout.contains("mail for the internet leaves directly"), "{disabled:?}");
}
