//! The web hook of alerts: told of every change, and unable to hold anything up.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, ScriptedPeer};
use serde_json::Value;

use super::world::{
    FEW_ATTEMPTS, assert_all_accounted, send, wait_for_deferral, wait_for_mail, wait_for_status,
    with_partner,
};

/// In the address of the hook; to be found nowhere else.
const SECRET: &str = "T0K3N-of-the-hook";

/// How the web service answers.
#[derive(Clone, Copy)]
enum Answer {
    Status(u16),
    Never,
}

/// A web service that keeps what is posted to it.
struct WebService {
    address: SocketAddr,
    posts: Arc<Mutex<Vec<(String, Value)>>>,
}

impl WebService {
    fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let posts: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let kept = Arc::clone(&posts);
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                kept.lock().unwrap().push(request(&stream));
                match answer {
                    Answer::Status(status) => {
                        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
                        let _ = stream.write_all(head.as_bytes());
                    }
                    Answer::Never => held.push(stream),
                }
            }
        });
        Self { address, posts }
    }

    fn posts(&self) -> Vec<(String, Value)> {
        self.posts.lock().unwrap().clone()
    }

    /// The lines of a mail flow that name it.
    fn settings(&self) -> String {
        format!(
            "{FEW_ATTEMPTS}[alerts]\nwebhook = \"http://{}/{SECRET}?k={SECRET}\"\n",
            self.address
        )
    }

    /// The alert as it was posted with an event.
    fn wait_for(&self, server: &Server, event: &str) -> Value {
        server.wait_for(&format!("a post that says {event}"), || {
            let posts = self.posts();
            posts.into_iter().map(|(_, post)| post).find(|post| post["event"] == event)
        })
    }
}

/// The request line and the document of a request.
fn request(stream: &TcpStream) -> (String, Value) {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let length = lines.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap()];
    reader.read_exact(&mut body).unwrap();
    (lines.remove(0), serde_json::from_slice(&body).unwrap())
}

/// Tells bob of alerts, too, and the hook.
fn with_hook(hook: &WebService, partner: SocketAddr) -> Setup {
    let organization = "name = \"Ours\"\nalert_recipients = [\"bob@ours.test\"]";
    with_partner(partner, "").organization(organization).mailflow(&hook.settings())
}

#[test]
fn the_web_hook_is_told_when_an_alert_opens_and_when_it_closes() {
    let hook = WebService::start(Answer::Status(204));
    let gone = ScriptedPeer::refusing();
    let address = gone.address();
    let server = with_hook(&hook, address).start();
    send(&server, &["x@partner.test"], "waits");
    let opened = hook.wait_for(&server, "opened");
    let alert = &opened["alert"];
    assert_eq!((&alert["id"], &alert["state"]), (&1.into(), &"open".into()), "{opened}");
    assert_eq!(alert["path"], "connector \"partner\"");
    assert_eq!(alert["code"], "450 4.4.316");
    assert_eq!(alert["messages"], 1, "{opened}");
    assert!(opened["host"].as_str().is_some_and(|host| !host.is_empty()), "{opened}");
    let changed = hook.wait_for(&server, "changed");
    assert!(changed["alert"]["cause"].is_string(), "its cause is news: {changed}");
    drop(gone);
    let _peer = ScriptedPeer::start_at(address, Behaviour::new());
    assert_eq!(server.cli(&["queue", "retry", "--all"]).status, Some(0));
    let closed = hook.wait_for(&server, "closed");
    let alert = &closed["alert"];
    assert_eq!((&alert["id"], &alert["state"]), (&1.into(), &"closed".into()), "{closed}");
    assert_eq!(alert["messages"], 0);
    let lines: Vec<String> = hook.posts().into_iter().map(|(line, _)| line).collect();
    assert!(lines.iter().all(|line| *line == format!("POST /{SECRET}?k={SECRET} HTTP/1.1")));
    assert!(!server.log().contains(SECRET), "{}", server.log());
    assert_all_accounted(&server);
}

#[test]
fn a_web_hook_that_never_answers_holds_up_neither_mail_nor_alerts() {
    let hook = WebService::start(Answer::Never);
    let gone = ScriptedPeer::refusing();
    let address = gone.address();
    let server = with_hook(&hook, address).start();
    send(&server, &["x@partner.test"], "waits");
    wait_for_deferral(&server, "x@partner.test");
    hook.wait_for(&server, "opened");
    // While that post hangs:
    let told = wait_for_mail(&server, "bob@ours.test", 1).remove(0);
    assert!(told.contains("Auto-Submitted: auto-generated"), "{told}");
    send(&server, &["alice@ours.test"], "flows");
    wait_for_status(&server, "alice@ours.test", "delivered");
    drop(gone);
    let _peer = ScriptedPeer::start_at(address, Behaviour::new());
    assert_eq!(server.cli(&["queue", "retry", "--all"]).status, Some(0));
    server.wait_for("a closed alert", || {
        let alerts = server.json(&["alert", "list"]);
        (alerts[0]["state"] == "closed").then_some(())
    });
    assert!(hook.posts().iter().all(|(_, post)| post["event"] == "opened"), "still the first");
    assert_all_accounted(&server);
}

#[test]
fn a_post_that_hangs_does_not_hold_up_those_of_other_alerts() {
    let hook = WebService::start(Answer::Never);
    let gone = ScriptedPeer::refusing();
    let server = with_hook(&hook, gone.address())
        .connector("second", "second.test", gone.address(), "")
        .start();
    send(&server, &["x@partner.test"], "waits");
    hook.wait_for(&server, "opened");
    send(&server, &["x@second.test"], "waits, too");
    server.wait_for("the post of the other alert", || {
        let posts = hook.posts();
        posts.iter().any(|(_, post)| post["alert"]["connector"] == "second").then_some(())
    });
    assert!(!server.log().contains("did not take"), "while the first one hangs");
}

#[test]
fn a_web_hook_that_refuses_is_told_in_the_log_without_its_secrets() {
    let hook = WebService::start(Answer::Status(500));
    let gone = ScriptedPeer::refusing();
    let server = with_hook(&hook, gone.address()).start();
    send(&server, &["x@partner.test"], "waits");
    let line = server.wait_for("a line in the log", || {
        let log = server.log();
        log.lines().find(|line| line.contains("the web hook did not take")).map(str::to_owned)
    });
    assert!(line.contains("127.0.0.1 answers 500") && line.contains("tried again"), "{line}");
    server.wait_for("a second try", || {
        let opened = hook.posts().into_iter().filter(|(_, post)| post["event"] == "opened");
        (opened.count() >= 2).then_some(())
    });
    assert!(!server.log().contains(SECRET), "{}", server.log());
    wait_for_mail(&server, "bob@ours.test", 1);
}

#[test]
fn what_the_web_hook_was_not_told_before_a_restart_it_is_told_afterwards() {
    let hook = WebService::start(Answer::Never);
    let gone = ScriptedPeer::refusing();
    let mut server = with_hook(&hook, gone.address()).start();
    send(&server, &["x@partner.test"], "waits");
    wait_for_deferral(&server, "x@partner.test");
    hook.wait_for(&server, "opened");
    // That post is never answered.
    server.kill_and_restart();
    server.wait_for("the same post again", || {
        let posts = hook.posts();
        let opened =
            |(_, post): &&(String, Value)| post["event"] == "opened" && post["alert"]["id"] == 1;
        (posts.iter().filter(opened).count() == 2).then_some(())
    });
}

#[test]
fn what_the_web_hook_was_told_it_is_not_told_again_after_a_restart() {
    let hook = WebService::start(Answer::Status(204));
    let gone = ScriptedPeer::refusing();
    let mut server = with_hook(&hook, gone.address()).start();
    send(&server, &["x@partner.test"], "waits");
    wait_for_deferral(&server, "x@partner.test");
    hook.wait_for(&server, "opened");
    // Its diagnosis is the last that there is to tell.
    let changed = hook.wait_for(&server, "changed");
    let (status, log) = server.terminate();
    assert!(status.success(), "{log}");
    server.start();
    let alert = server.json(&["alert", "list"])[0].clone();
    assert_eq!((&alert["id"], &alert["state"]), (&changed["alert"]["id"], &"open".into()));
    send(&server, &["y@partner.test"], "waits, too");
    wait_for_deferral(&server, "y@partner.test");
    let events: Vec<Value> =
        hook.posts().into_iter().map(|(_, post)| post["event"].clone()).collect();
    assert_eq!(events.iter().filter(|event| *event == "opened").count(), 1, "{events:?}");
}
