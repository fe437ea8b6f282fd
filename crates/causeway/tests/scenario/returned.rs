//! Returned mail: the page of a report, sending again, help pages.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use causeway_testkit::server::{Server, Setup};
use causeway_testkit::{Behaviour, ScriptedPeer};

use super::world::{
    FEW_ATTEMPTS, HOUR, SECOND, assert_all_accounted, assert_queue_empties, send,
    wait_for_deferral, wait_for_mail, wait_for_status, with_partner,
};

const ADMIN: u16 = 8025;

/// With pages for people.
fn with_pages(peer: &ScriptedPeer) -> Setup {
    with_partner(peer.address(), "")
        .organization("public_url = \"https://mail.ours.test\"\nlanguages = [\"en\", \"de\"]")
        .mailflow(FEW_ATTEMPTS)
        .listener("admin", ADMIN, "")
}

/// One request as a browser sends it: status, header, body.
fn browse(
    server: &Server,
    method: &str,
    path: &str,
    more: &str,
    form: &str,
) -> (u16, String, String) {
    let mut stream = TcpStream::connect(server.listener(ADMIN)).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: mail.ours.test\r\n{more}Content-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_lowercase(), body.to_owned())
}

fn get(server: &Server, path: &str) -> (u16, String) {
    let (status, _, body) = browse(server, "GET", path, "", "");
    (status, body)
}

/// The paths of ours that a report links to.
fn links(report: &str) -> Vec<String> {
    let text = report.replace("\r\n", "\n").replace("=\n", "").replace("=3D", "=");
    let mut found = Vec::new();
    for part in text.split("https://mail.ours.test").skip(1) {
        let path: String =
            part.chars().take_while(|c| !c.is_whitespace() && !"\"<&".contains(*c)).collect();
        if !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

fn page_of(report: &str) -> String {
    let found = links(report);
    found.into_iter().find(|path| path.starts_with("/report/")).expect("a link to the page")
}

/// The field that only the page has.
fn confirm_of(page: &str) -> String {
    let value = page.split("name=\"confirm\" value=\"").nth(1).expect("a form");
    format!("confirm={}", value.split('"').next().unwrap())
}

/// A message whose partner refused connections for two days: its report.
fn returned(server: &Server, subject: &str) -> String {
    send(server, &["x@partner.test", "bob@ours.test"], subject);
    wait_for_deferral(server, "x@partner.test");
    server.advance(48 * HOUR + SECOND);
    wait_for_mail(server, "alice@ours.test", 1).remove(0)
}

#[test]
fn the_page_of_a_report_says_when_the_cause_is_gone_and_sends_again_once() {
    let peer = ScriptedPeer::refusing();
    let mut server = with_pages(&peer).start();
    let page = page_of(&returned(&server, "precious"));
    assert!(page.len() > 27, "{page}");

    // Another message shows that the cause holds.
    send(&server, &["y@partner.test"], "second");
    wait_for_deferral(&server, "y@partner.test");
    let (status, text) = get(&server, &page);
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("still holds") && !text.contains("<form"), "{text}");
    assert!(text.contains("precious") && text.contains("x@partner.test"), "{text}");
    assert!(!text.contains("bob@ours.test"), "that one was delivered: {text}");

    peer.listen();
    server.cli(&["queue", "retry", "--all"]);
    wait_for_status(&server, "y@partner.test", "relayed");
    let (_, text) = get(&server, &page);
    assert!(text.contains("The cause is gone"), "{text}");
    let confirm = confirm_of(&text);

    // Link scanners follow every link, with whatever method reads.
    for method in ["GET", "HEAD"] {
        let (status, head, _) = browse(&server, method, &page, "", "");
        assert_eq!(status, 200);
        for needed in ["default-src 'none'", "no-referrer", "noindex", "nosniff", "no-store"] {
            assert!(head.contains(needed), "{needed}: {head}");
        }
    }
    let path = page.split('?').next().unwrap();
    let foreign = "Sec-Fetch-Site: cross-site\r\n";
    for (more, form) in [("", ""), ("", "confirm=guessed"), (foreign, confirm.as_str())] {
        assert_eq!(browse(&server, "POST", path, more, form).0, 403, "{more}{form}");
    }
    assert_eq!(peer.messages().len(), 1, "nothing was sent again so far");

    let (status, _, text) = browse(&server, "POST", path, "Origin: null\r\n", &confirm);
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("on its way again"), "{text}");
    let again = peer.block_on_messages(2).remove(1);
    assert_eq!(again.addresses(), ["x@partner.test"]);
    assert!(again.text().contains("Subject: precious") && again.text().contains("Hello."));
    assert_eq!(browse(&server, "POST", path, "", &confirm).0, 409, "once");
    assert!(get(&server, &page).1.contains("was sent again on"));
    assert_queue_empties(&server);
    assert_eq!(peer.messages().len(), 2);
    let trace = server.trace("x@partner.test");
    assert!(trace.iter().any(|row| row["status"] == "relayed"), "{trace:?}");
    server.kill_and_restart();
    assert!(get(&server, &page).1.contains("was sent again on"), "it is durable");
    assert_all_accounted(&server);
}

#[test]
fn the_page_finds_out_by_itself_whether_the_cause_holds_when_no_other_mail_tells() {
    let peer = ScriptedPeer::refusing();
    let server = with_pages(&peer).machine("[probes]\nkeep_for = \"1s\"").start();
    let page = page_of(&returned(&server, "alone"));
    let (_, text) = get(&server, &page);
    assert!(text.contains("still holds") && !text.contains("<form"), "{text}");
    peer.listen();
    // What was found is believed for a while.
    server.advance(HOUR);
    let text = server.wait_for("the cause to be gone", || {
        Some(get(&server, &page).1).filter(|text| text.contains("The cause is gone"))
    });
    assert!(peer.messages().is_empty(), "finding out sends nothing");
    let path = page.split('?').next().unwrap();
    let (status, _, text) = browse(&server, "POST", path, "", &confirm_of(&text));
    assert!(status == 200 && text.contains("on its way again"), "{status}: {text}");
    let again = peer.block_on_messages(1).remove(0);
    assert_eq!(again.addresses(), ["x@partner.test"]);
    assert!(again.text().contains("Subject: alone"));
    assert_queue_empties(&server);
    assert_all_accounted(&server);
}

/// A field of the machine part of a report.
fn field<'a>(report: &'a str, name: &str) -> &'a str {
    let line = report.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {report}")).trim()
}

/// Report, page and explanation of one failure; `page` and `advice` are words that they must have.
#[track_caller]
fn assert_agreed(server: &Server, report: &str, is_permanent: bool, page: &str, advice: &str) {
    assert_eq!(field(report, "X-Causeway-Permanent"), if is_permanent { "yes" } else { "no" });
    let explained = server.cli_with_input(&["explain", "-", "--json"], report);
    let explained: serde_json::Value = serde_json::from_str(&explained.stdout).unwrap();
    let row = &explained["recipients"][0];
    assert_eq!(row["permanent"], is_permanent, "{row}");
    assert_eq!(row["who_acts"], field(report, "X-Causeway-Who-Acts"), "{row}");
    // The line alone, without what the report adds.
    let line = format!("{} {}", row["reply_code"], row["enhanced_code"].as_str().unwrap());
    let words = row["diagnostic"].as_str().unwrap();
    assert!(words.starts_with(&line), "{row}");
    let alone = server.json(&["explain", "--text", words]);
    let by_administrator = report.contains("X-Causeway-Returned-By-Administrator");
    assert!(by_administrator || alone["recipients"][0]["permanent"] == is_permanent, "{alone}");
    let outcome = row["outcome"].as_str().unwrap();
    assert_eq!(outcome.contains("will not help"), is_permanent, "{outcome}");
    let report = report.replace("=\r\n", "").replace("\r\n", " ");
    assert_eq!(report.contains("would fail again"), is_permanent, "{report}");
    assert!(report.contains(advice), "{advice} is missing: {report}");
    let (_, text) = get(server, &page_of(&report));
    assert!(text.contains(page), "{page} is missing: {text}");
    assert_eq!(text.contains("for good"), is_permanent, "{text}");
}

#[test]
fn report_page_and_explanation_agree_on_who_acts_and_whether_it_can_pass() {
    let peer = ScriptedPeer::refusing();
    let server = with_pages(&peer).start();
    let expired = returned(&server, "expired");
    assert_agreed(&server, &expired, false, "The cause still holds", "have stopped trying");

    send(&server, &["x@partner.test"], "ended");
    wait_for_deferral(&server, "x@partner.test");
    let id = server.queue()[0]["id"].as_str().unwrap().to_owned();
    server.cli(&["queue", "return", &id, "--reason", "closed", "--yes"]);
    let mut reports = wait_for_mail(&server, "alice@ours.test", 2);
    let ended = reports.iter().position(|report| report.contains("Not delivered: ended")).unwrap();
    let ended = reports.remove(ended);
    assert_agreed(
        &server,
        &ended,
        false,
        "The cause still holds",
        "You can send the message again",
    );

    let peer = ScriptedPeer::start(Behaviour::new().reply("RCPT", ["550 5.1.1 no such user here"]));
    let server = with_pages(&peer).start();
    send(&server, &["x@partner.test"], "refused");
    let refused = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    assert_agreed(&server, &refused, true, "refused the message for good", "letter by letter");
}

#[test]
fn a_page_ends_with_its_time_and_a_guessed_one_never_was() {
    let peer = ScriptedPeer::refusing();
    let server = with_pages(&peer).start();
    let page = page_of(&returned(&server, "old"));
    assert_eq!(get(&server, &page).0, 200);
    let (status, guessed) = get(&server, "/report/AAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(status, 404);
    server.advance(7 * 24 * HOUR);
    let (status, expired) = get(&server, &page);
    assert_eq!(status, 404);
    let without_paths = |text: &str| text.split("<nav>").next().unwrap().to_owned();
    assert_eq!(without_paths(&guessed), without_paths(&expired), "nobody learns which");
    for path in ["/report", "/report/", "/report/x/y", "/report/%00", "/report/..%2Fhelp"] {
        assert_eq!(get(&server, path).0, 404, "{path}");
    }
}

#[test]
fn administrators_send_returned_mail_again_by_its_name() {
    let peer = ScriptedPeer::refusing();
    let server = with_partner(peer.address(), "").mailflow(FEW_ATTEMPTS).start();
    let report = returned(&server, "by name");
    assert!(links(&report).is_empty(), "without a public URL there are no links: {report}");
    let id = server.trace("x@partner.test")[0]["id"].as_str().unwrap().to_owned();
    let shown = server.json(&["queue", "returned", &id]);
    assert_eq!(shown["can_be_sent"], true, "{shown}");
    assert_eq!(shown["recipients"][0]["code"], "550 5.4.316", "{shown}");
    peer.listen();
    let again = server.json(&["queue", "send-again", &id]);
    assert_eq!(again[0]["recipients"], 1, "{again}");
    let message = peer.block_on_messages(1).remove(0);
    assert_eq!(message.addresses(), ["x@partner.test"]);
    let second = server.cli(&["queue", "send-again", &id]);
    assert_eq!(second.status, Some(1), "{}", second.stderr);
    assert!(second.stderr.contains("sent again before"), "{}", second.stderr);
    assert_ne!(server.cli(&["queue", "send-again", "0000000000001"]).status, Some(0));
    assert_queue_empties(&server);
    assert_all_accounted(&server);
}

#[test]
fn what_has_no_room_is_returned_without_the_offer() {
    let peer = ScriptedPeer::refusing();
    let queue = format!("{FEW_ATTEMPTS}send_again_space = 0\n");
    let server = with_partner(peer.address(), "")
        .organization("public_url = \"https://mail.ours.test\"")
        .mailflow(&queue)
        .listener("admin", ADMIN, "")
        .start();
    let (status, text) = get(&server, &page_of(&returned(&server, "no room")));
    assert_eq!(status, 200);
    assert!(text.contains("folder of sent messages") && !text.contains("<form"), "{text}");
}

#[test]
fn a_refused_message_is_sent_again_only_by_who_knows_better() {
    let peer = ScriptedPeer::start(Behaviour::new().reply("RCPT", ["550 5.1.1 no such user here"]));
    let server = with_pages(&peer).start();
    send(&server, &["x@partner.test"], "refused");
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    let (_, text) = get(&server, &page_of(&report));
    assert!(text.contains("refused the message for good") && text.contains("<form"), "{text}");
    assert!(text.contains("no such user here"), "{text}");
}

#[test]
fn help_pages_are_linked_and_ask_whether_they_helped() {
    let peer = ScriptedPeer::start(Behaviour::new().reply("RCPT", ["550 5.1.1 no such user here"]));
    let server = with_pages(&peer).start();
    send(&server, &["x@partner.test"], "help");
    let report = wait_for_mail(&server, "alice@ours.test", 1).remove(0);
    let helps: Vec<String> =
        links(&report).into_iter().filter(|path| path.starts_with("/help/")).collect();
    assert!(helps.iter().any(|path| path.starts_with("/help/5.1.1?lang=en")), "{helps:?}");
    let (status, text) = get(&server, "/help/5.1.1?lang=de&for=user");
    assert_eq!(status, 200);
    assert!(text.contains("War diese Seite hilfreich?"), "{text}");
    assert!(get(&server, "/help/5.1.1?for=admin&lang=en").1.contains("For administrators"));
    assert_eq!(get(&server, "/help/5.99.99").0, 404);
    assert_eq!(get(&server, "/help/%3Cscript%3E").0, 404);

    for (helpful, times) in [("yes", 2), ("no", 1), ("perhaps", 1)] {
        for _ in 0..times {
            let form = format!("helpful={helpful}&lang=de&for=user");
            assert_eq!(browse(&server, "POST", "/help/5.1.1", "", &form).0, 200);
        }
    }
    let foreign = "Sec-Fetch-Site: cross-site\r\n";
    browse(&server, "POST", "/help/5.1.1", foreign, "helpful=no&lang=de&for=user");
    let rows = server.json(&["report", "feedback"]);
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!((&rows[0]["code"], &rows[0]["language"]), (&"5.1.1".into(), &"de".into()));
    assert_eq!((&rows[0]["helpful"], &rows[0]["not_helpful"]), (&2.into(), &1.into()));
}
