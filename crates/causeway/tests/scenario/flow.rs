//! The mail flow under change: plan, apply, revisions, with mail in the queue.

use causeway_testkit::server::Server;
use causeway_testkit::{Behaviour, ScriptedPeer};
use serde_json::{Value, json};

use super::world::{
    FEW_ATTEMPTS, assert_all_accounted, inside, ours, send, wait_for_deferral, wait_for_status,
    with_partner,
};

pub(crate) fn file(server: &Server) -> String {
    std::fs::read_to_string(server.config_dir().join("mailflow.toml")).unwrap()
}

pub(crate) fn write_file(server: &Server, text: &str) {
    std::fs::write(server.config_dir().join("mailflow.toml"), text).unwrap();
}

/// A request with a JSON body: status and document.
pub(crate) fn post(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    let (status, answer) = server.api("POST", path, &body.to_string());
    (status, serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}")))
}

/// Applies a change of what is in force now.
pub(crate) fn apply(server: &Server, mut change: Value) -> (u16, Value) {
    change["base"] = get(server, "/v1/flow")["revision"].clone();
    post(server, "/v1/flow/apply", &change)
}

pub(crate) fn get(server: &Server, path: &str) -> Value {
    let (status, answer) = server.api("GET", path, "");
    assert_eq!(status, 200, "{answer}");
    serde_json::from_str(&answer).unwrap()
}

pub(crate) fn effect<'a>(plan: &'a Value, kind: &str) -> &'a Value {
    let effects = plan["effects"].as_array().unwrap();
    effects.iter().find(|e| e["kind"] == kind).unwrap_or_else(|| panic!("no {kind}: {plan}"))
}

pub(crate) fn revisions(server: &Server) -> Vec<Value> {
    get(server, "/v1/flow/revisions")["revisions"].as_array().unwrap().clone()
}

#[test]
fn a_change_is_shown_first_then_done_whole_and_waiting_mail_takes_the_new_way() {
    let wrong = ScriptedPeer::refusing();
    let right = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(wrong.address(), "").mailflow(FEW_ATTEMPTS).start();
    send(&server, &["x@partner.test", "y@partner.test"], "waits");
    wait_for_deferral(&server, "x@partner.test");
    let old = file(&server);
    let new = old.replace(&wrong.address().to_string(), &right.address().to_string());

    let (status, plan) = post(&server, "/v1/flow/plan", &json!({ "text": new }));
    assert_eq!((status, &plan["base"], &plan["refused"]), (200, &json!(1), &Value::Null));
    let change = plan["changes"][0].as_str().unwrap();
    assert!(change.starts_with("connector \"partner\" changes smart hosts from"), "{plan}");
    assert_eq!(effect(&plan, "rerouted")["count"], 2);
    assert_eq!(file(&server), old, "a plan changes nothing");
    assert_eq!(revisions(&server).len(), 1);

    let request = json!({ "text": new, "reason": "they have moved", "base": 1 });
    let (status, applied) = post(&server, "/v1/flow/apply", &request);
    assert_eq!((status, &applied["revision"]), (200, &json!(2)), "{applied}");
    assert_eq!(right.block_on_messages(1)[0].recipients.len(), 2);
    wait_for_status(&server, "x@partner.test", "relayed");
    assert_eq!(file(&server), new);
    let newest = &revisions(&server)[0];
    assert_eq!(newest["reason"], "they have moved");
    assert!(!newest["author"].as_str().unwrap().is_empty(), "{newest}");
    let shown = get(&server, "/v1/flow/revisions/2");
    assert_eq!((&shown["text"], &shown["effects"][0]["count"]), (&json!(new), &json!(2)));
    assert_all_accounted(&server);
}

#[test]
fn a_revision_can_be_put_in_force_again_and_the_file_is_what_it_was() {
    let partner = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(partner.address(), "").start();
    let first = file(&server);
    let second = format!("# a comment\n{first}[[domain]]\nname = \"more.test\"\n");
    let (status, _) = apply(&server, json!({ "text": second }));
    assert_eq!(status, 200);
    let code = |recipient: &str| {
        let mut client = server.client_from("127.0.0.9");
        client.ehlo();
        client.command("MAIL FROM:<a@ext.test>");
        let answer = client.command(&format!("RCPT TO:<{recipient}>"));
        answer.to_string().contains("5.1.1")
    };
    assert!(code("x@more.test"), "the domain is ours, the mailbox is not there");
    let (status, back) = apply(&server, json!({ "revision": 1 }));
    assert_eq!((status, &back["revision"]), (200, &json!(3)), "{back}");
    assert_eq!(file(&server), first, "to the octet");
    assert!(!code("x@more.test"), "a relay now");
    assert_eq!(revisions(&server)[0]["reason"], "back to revision 1");
}

#[test]
fn a_change_tries_only_mail_whose_way_it_changes() {
    let (wrong, other) = (ScriptedPeer::refusing(), ScriptedPeer::refusing());
    let right = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(wrong.address(), "")
        .connector("other", "other.test", other.address(), "")
        .mailflow(FEW_ATTEMPTS)
        .start();
    send(&server, &["x@partner.test"], "waits here");
    send(&server, &["y@other.test"], "waits there");
    wait_for_deferral(&server, "x@partner.test");
    let waits = || {
        let queue = server.queue();
        let all = queue.iter().flat_map(|m| m["recipients"].as_array().unwrap().clone());
        all.into_iter().find(|r| r["address"] == "y@other.test").unwrap()
    };
    wait_for_deferral(&server, "y@other.test");
    let before = waits();
    let text = file(&server);
    let noted = text.replacen("name = \"other\"", "name = \"other\"\nnote = \"asked them\"", 1);
    assert_eq!(apply(&server, json!({ "text": noted })).0, 200);
    let new = noted.replace(&wrong.address().to_string(), &right.address().to_string());
    assert_eq!(apply(&server, json!({ "text": new })).0, 200);
    wait_for_status(&server, "x@partner.test", "relayed");
    let after = waits();
    assert_eq!(after["attempts"], before["attempts"], "{after}");
    assert_eq!(after["next_attempt_at"], before["next_attempt_at"], "{after}");
}

#[test]
fn two_administrators_cannot_overwrite_each_other() {
    let server = ours().start();
    let text = file(&server);
    let (one, other) = (format!("# one\n{text}"), format!("# other\n{text}"));
    let ask = |text: &str| post(&server, "/v1/flow/apply", &json!({ "text": text, "base": 1 }));
    let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let first = scope.spawn(|| ask(&one));
        let second = scope.spawn(|| ask(&other));
        vec![first.join().unwrap(), second.join().unwrap()]
    });
    let mut statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{answers:?}");
    let loser = answers.iter().find(|(status, _)| *status == 409).unwrap();
    let what = loser.1["error"]["what"].as_str().unwrap();
    assert!(what.contains("changed meanwhile") && what.contains("revision 2"), "{what}");
    let winner = if answers[0].0 == 200 { &one } else { &other };
    assert_eq!(file(&server), *winner);
    assert_eq!(revisions(&server).len(), 2);
}

#[test]
fn a_change_says_from_which_revision_it_was_made() {
    let server = ours().start();
    let text = format!("# changed\n{}", file(&server));
    let (status, refused) = post(&server, "/v1/flow/apply", &json!({ "text": text }));
    assert_eq!((status, &refused["error"]["field"]), (400, &json!("base")), "{refused}");
    assert!(refused["error"]["what"].as_str().unwrap().contains("base is missing"), "{refused}");
    let next = server.config_dir().join("next.toml");
    std::fs::write(&next, &text).unwrap();
    let next = next.to_str().unwrap();
    // Made from a revision that never was: refused, and nobody is asked first.
    let unknown = server.cli(&["apply", next, "--base", "7"]);
    assert_eq!(unknown.status, Some(1), "{unknown:?}");
    assert!(unknown.stderr.contains("there is no revision 7"), "{unknown:?}");
    assert_eq!(revisions(&server).len(), 1);
    assert_eq!(server.cli(&["apply", next, "--base", "1"]).status, Some(0));
    assert_eq!(revisions(&server).len(), 2);
    // Made from one that is in force no more: another's change is not written over.
    std::fs::write(next, format!("# changed again\n{text}")).unwrap();
    let late = server.cli(&["apply", next, "--base", "1"]);
    assert_eq!(late.status, Some(1), "{late:?}");
    assert!(late.stderr.contains("changed meanwhile"), "{late:?}");
    assert_eq!(revisions(&server).len(), 2);
}

#[test]
fn a_file_edited_by_hand_is_noticed_and_never_overwritten_unasked() {
    let server = ours().start();
    let text = file(&server);
    let edited = format!("{text}# by hand\n[[domain]]\nname = \"hand.test\"\n");
    write_file(&server, &edited);
    let health = server.cli(&["health"]);
    assert_eq!(health.status, Some(1), "{health:?}");
    assert!(health.stdout.contains("edited since revision 1"), "{health:?}");
    let configuration = |server: &Server| {
        let health: Value =
            serde_json::from_str(&server.cli(&["health", "--json"]).stdout).unwrap();
        let parts = health["components"].as_array().unwrap().clone();
        parts.into_iter().find(|part| part["name"] == "configuration").unwrap()
    };
    assert!(configuration(&server)["since"].is_string(), "since the file was written");
    std::fs::write(server.config_dir().join("mailflow.toml"), [0xff, 0xfe]).unwrap();
    let detail = configuration(&server)["detail"].to_string();
    assert!(detail.contains("not UTF-8 text: save it as UTF-8; revision 1 stays"), "{detail}");
    write_file(&server, &edited);
    // Somebody else's change would undo the edit.
    let other = json!({ "text": format!("# other\n{text}") });
    let (status, refused) = apply(&server, other);
    assert_eq!(status, 409, "{refused}");
    assert_eq!(file(&server), edited);
    // The file itself may come into force.
    let (status, applied) = apply(&server, json!({ "text": edited }));
    assert_eq!((status, &applied["revision"]), (200, &json!(2)));
    assert_eq!(server.cli(&["health"]).status, Some(0));
}

#[test]
fn a_file_read_again_by_signal_is_a_revision_too() {
    let server = ours().start();
    let text = file(&server);
    write_file(&server, &format!("{text}[[domain]]\nname = \"hand.test\"\n"));
    server.signal(rustix::process::Signal::HUP);
    server.wait_for("revision 2", || (revisions(&server).len() == 2).then_some(()));
    let newest = revisions(&server).remove(0);
    assert!(newest["diff"].as_str().unwrap().contains("hand.test becomes accepted"), "{newest}");
    // The same file again is no other revision.
    server.signal(rustix::process::Signal::HUP);
    server.wait_for_log("as it was");
    assert_eq!(revisions(&server).len(), 2);
}

/// Two errors of the parser and one of what was read in spite of them.
const BROKEN: &str = "[[domain]]\nname = \"more.test\"\ntyp = \"authoritative\"\n\
                      [[domain]]\nname = \"b..test\"\n[queue]\nretry_after = [\"soon\"]\n";

#[test]
fn a_text_with_errors_is_told_with_all_of_them_at_once() {
    let server = ours().start();
    let before = file(&server);
    let text = format!("{before}{BROKEN}");
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("new.toml");
    std::fs::write(&path, &text).unwrap();
    let path = path.display().to_string();
    for arguments in [&["plan", &path][..], &["apply", &path, "--yes"]] {
        let refused = server.cli(arguments);
        assert_eq!(refused.status, Some(2), "{refused:?}");
        let lines: Vec<&str> = refused.stderr.lines().collect();
        assert_eq!(lines.len(), 3, "{refused:?}");
        for (line, word) in lines.iter().zip(["typ", "b..test", "soon"]) {
            assert!(line.contains(&format!("{path}:")) && line.contains(word), "{line}");
        }
    }
    let (status, answer) = post(&server, "/v1/flow/plan", &json!({ "text": text }));
    assert_eq!(status, 400, "{answer}");
    let problems = answer["error"]["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 3, "{answer}");
    assert_eq!(problems[0]["severity"], "error");
    assert_eq!(file(&server), before);
}

#[test]
fn what_a_signal_could_not_put_in_force_is_in_health_with_place_and_remedy() {
    let server = ours().start();
    let before = file(&server);
    let line = before.lines().count() + 3;
    write_file(&server, &format!("{before}{BROKEN}"));
    server.signal(rustix::process::Signal::HUP);
    let told = server.wait_for("a reason in health", || {
        let health = server.cli(&["health"]);
        health.stdout.contains("typ").then_some(health.stdout)
    });
    for part in [
        &format!("mailflow.toml:{line}:1: error: "),
        "unknown key \"typ\"",
        "did you mean \"type\"?",
        "(and 2 more)",
        "`causeway check`",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(revisions(&server).len(), 1);
    // Corrected and read again, it is said no more.
    write_file(&server, &before);
    server.signal(rustix::process::Signal::HUP);
    server.wait_for("nothing wrong in health", || {
        (!server.cli(&["health"]).stdout.contains("typ")).then_some(())
    });
}

#[test]
fn a_file_changed_while_the_server_was_down_is_a_revision_at_its_start() {
    let mut server = ours().start();
    server.kill();
    let text = file(&server);
    write_file(&server, &format!("{text}[[domain]]\nname = \"late.test\"\n"));
    server.start();
    let newest = revisions(&server).remove(0);
    assert_eq!((&newest["revision"], &newest["author"]), (&json!(2), &json!("the file")));
    server.kill_and_restart();
    assert_eq!(revisions(&server).len(), 2);
}

#[test]
fn adm_05_what_would_open_a_relay_is_refused_whoever_insists() {
    let server = ours().start();
    let text = file(&server);
    let open = text.replace("networks = []", "networks = [\"0.0.0.0/1\", \"128.0.0.0/1\"]");
    assert_ne!(open, text);
    let (status, answer) = apply(&server, json!({ "text": open, "force": true }));
    assert_eq!((status, &answer["applied"]), (200, &json!(false)), "{answer}");
    assert!(answer["refused"].as_str().unwrap().contains("relay"), "{answer}");
    assert_eq!((file(&server), revisions(&server).len()), (text, 1));
}

#[test]
fn adm_05_a_domain_with_waiting_mail_is_given_up_only_when_insisted_upon() {
    let gone = ScriptedPeer::refusing();
    let server = inside()
        .mailflow("[[domain]]\nname = \"relay.ours.test\"\ntype = \"internal_relay\"\n")
        .connector("own", "relay.ours.test", gone.address(), "")
        .mailflow(FEW_ATTEMPTS)
        .start();
    send(&server, &["dave@relay.ours.test"], "stranded");
    wait_for_deferral(&server, "dave@relay.ours.test");
    let domain = "[[domain]]\nname = \"relay.ours.test\"\ntype = \"internal_relay\"\n";
    let without = file(&server).replace(domain, "");
    let (_, answer) = apply(&server, json!({ "text": without }));
    assert_eq!((&answer["applied"], &answer["can_be_forced"]), (&json!(false), &json!(true)));
    let (_, answer) = apply(&server, json!({ "text": without, "force": true }));
    assert_eq!(answer["applied"], true, "{answer}");
    assert_all_accounted(&server);
}

#[test]
fn text_with_mistakes_is_refused_with_line_and_what_instead() {
    let server = ours().start();
    let text = format!("[organisation]\nname = \"x\"\n{}", file(&server));
    let (status, answer) = post(&server, "/v1/flow/plan", &json!({ "text": text }));
    assert_eq!(status, 400, "{answer}");
    let what = answer["error"]["what"].as_str().unwrap();
    assert!(what.contains("mailflow.toml:1:") && what.contains("organisation"), "{answer}");
    assert!(answer["error"]["instead"].as_str().unwrap().contains("organization"), "{answer}");
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Some edit of the file that mail does not need: domains that come and go, relay rights, notes, bounds,
/// comments, all on top of what earlier ones have left.
fn edited(text: &str, number: u32, dice: &mut Dice) -> String {
    let own: Vec<&str> = text.lines().filter(|l| l.starts_with("name = \"extra-")).collect();
    match dice.roll(6) {
        0 => format!("{text}[[domain]]\nname = \"extra-{number}.test\"\n"),
        1 if !own.is_empty() => {
            let gone = own[dice.roll(own.len() as u64) as usize];
            text.replace(&format!("[[domain]]\n{gone}\n"), "")
        }
        2 => {
            let network = format!("\"198.18.{}.{}\", ", number / 256, number % 256);
            text.replacen("networks = [", &format!("networks = [{network}"), 1)
        }
        3 => format!("# change {number}\n{text}"),
        4 => text.lines().filter(|line| !line.starts_with('#')).map(|l| format!("{l}\n")).collect(),
        _ => {
            let kept = text.lines().filter(|l| !l.starts_with("note = ")).map(|l| format!("{l}\n"));
            let named = format!("name = \"partner\"\nnote = \"{number}\"");
            kept.collect::<String>().replacen("name = \"partner\"", &named, 1)
        }
    }
}

#[test]
fn a_thousand_random_changes_under_load_lose_nothing_and_can_all_be_undone() {
    const CHANGES: u32 = 1000;
    let partner = ScriptedPeer::start(Behaviour::new());
    let server = with_partner(partner.address(), "").start();
    let first = file(&server);
    let sent = std::thread::scope(|scope| {
        let server = &server;
        // Mail is under way at every change; no more of it than there are changes.
        let (go, gone) = std::sync::mpsc::sync_channel::<()>(1);
        let sender = scope.spawn(move || {
            let mut count = 0_usize;
            while gone.recv().is_ok() {
                send(server, &["x@partner.test", "bob@ours.test"], &format!("load-{count}"));
                count += 1;
            }
            count
        });
        let (mut dice, mut text, mut newest) = (Dice(4), first.clone(), 1_u64);
        for number in 0..CHANGES {
            let _ = go.try_send(());
            text = edited(&text, number, &mut dice);
            let request = json!({ "text": text, "base": newest });
            let (status, answer) = post(server, "/v1/flow/apply", &request);
            assert_eq!((status, &answer["applied"]), (200, &json!(true)), "{answer}");
            newest = answer["revision"].as_u64().unwrap();
        }
        assert!(newest > u64::from(CHANGES) / 2, "some edits change nothing, most do: {newest}");
        let mut in_force = newest;
        for number in (1..newest).rev() {
            let _ = go.try_send(());
            let request = json!({ "revision": number, "base": in_force });
            let (status, answer) = post(server, "/v1/flow/apply", &request);
            assert_eq!((status, &answer["applied"]), (200, &json!(true)), "{answer}");
            in_force = answer["revision"].as_u64().unwrap();
        }
        drop(go);
        sender.join().unwrap()
    });
    assert_eq!(file(&server), first, "to the octet");
    partner.block_on_messages(sent);
    server.wait_for("an empty queue", || server.queue().is_empty().then_some(()));
    let accepted = i64::try_from(sent * 2).unwrap();
    assert_eq!((server.audit("relayed") + server.audit("delivered")), accepted);
    assert_all_accounted(&server);
}

#[test]
fn a_crash_at_any_step_of_a_change_leaves_file_and_revision_in_agreement() {
    // The step at which the server dies, and whether the change is in force after the restart.
    for (step, is_done) in [("flow-noted", false), ("flow-written", true), ("flow-recorded", true)]
    {
        let mut server = ours().environment("CAUSEWAY_TEST_DIE_AT", step).start();
        let before = file(&server);
        let after = format!("{before}[[domain]]\nname = \"new.test\"\n");
        write_file(&server, &before);
        let next = server.config_dir().join("next.toml");
        std::fs::write(&next, &after).unwrap();
        let cut_off =
            server.cli(&["apply", next.to_str().unwrap(), "--reason", "a new brand", "--yes"]);
        assert_eq!(cut_off.status, Some(3), "{step}: {cut_off:?}");
        server.kill_and_restart();
        let expected = if is_done { &after } else { &before };
        assert_eq!(&file(&server), expected, "{step}");
        let newest = &revisions(&server)[0];
        assert_eq!(newest["revision"], if is_done { 2 } else { 1 }, "{step}: {newest}");
        if is_done {
            assert_eq!(newest["reason"], "a new brand", "{step}: {newest}");
        }
        assert_eq!(get(&server, "/v1/flow")["text"], json!(expected), "{step}");
        let health = server.cli(&["health"]);
        assert_eq!(health.status, Some(0), "{step}: {health:?}");
    }
}
