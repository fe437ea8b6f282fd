//! What the machine denies: open files, a log.

use causeway_testkit::client::Client;

use super::world::{assert_all_accounted, message, ours, wait_for_mail};

#[test]
fn dos_13_who_comes_when_files_are_short_is_told_so_and_mail_goes_on() {
    // DOS-13
    let server = ours()
        .machine("[limits]\nmax_connections_per_address = 1000")
        .started_by("ulimit -n 150; exec \"$@\"")
        .start();
    assert!(server.log().contains("the system allows few open files"), "{}", server.log());
    let mut working = server.client();
    working.ehlo();
    // More than there are open files.
    let mut crowd: Vec<Client> =
        (0..200).map(|_| Client::connect_silently(server.smtp(), None)).collect();
    let codes: Vec<u16> = crowd.iter_mut().map(|client| client.answer().code).collect();
    let (taken, turned_away) = codes.iter().fold((0, 0), |(taken, away), code| match code {
        220 => (taken + 1, away),
        421 => (taken, away + 1),
        other => panic!("{other}"),
    });
    assert!(taken >= 30 && turned_away >= 100, "{taken} taken, {turned_away} told to come later");
    // There are files left for what is under way.
    let beside = message("beside");
    assert_eq!(working.mail("a@ext.test", &["alice@ours.test"], &beside).code, 250);
    wait_for_mail(&server, "alice@ours.test", 1);
    drop(crowd);
    server.wait_for("a place", || {
        let mut client = Client::connect_silently(server.smtp(), None);
        (client.answer().code == 220).then_some(())
    });
    assert_all_accounted(&server);
}

#[test]
fn dur_15_mail_goes_on_without_a_log_and_people_are_told_what_it_lacks() {
    // DUR-15: whoever reads the log goes away after the line that says "ready".
    let reader = "exec \"$@\" 2> >(sed -u '/causeway is ready/q' >&2)";
    let organization = "name = \"Ours\"\nalert_recipients = [\"bob@ours.test\"]";
    let server = ours().organization(organization).started_by(reader).start();
    for subject in ["one", "two"] {
        let mut client = server.client();
        client.ehlo();
        let answer = client.mail("a@ext.test", &["alice@ours.test"], &message(subject));
        assert_eq!(answer.code, 250, "{answer}");
    }
    wait_for_mail(&server, "alice@ours.test", 2);
    let alert = server.wait_for("an alert", || {
        let alerts = server.json(&["alert", "list", "--open"]);
        alerts.as_array().unwrap().iter().find(|alert| alert["kind"] == "log-lost").cloned()
    });
    assert_eq!(alert["who_acts"], "service", "{alert}");
    let told = wait_for_mail(&server, "bob@ours.test", 1).remove(0);
    assert!(told.contains("Lines of the log of mx.ours.test are lost"), "{told}");
    let (status, metrics) = server.api("GET", "/metrics", "");
    assert_eq!(status, 200);
    let lost = metrics.lines().find_map(|line| line.strip_prefix("causeway_log_lines_lost_total "));
    assert!(lost.is_some_and(|lost| lost.trim() != "0"), "{metrics}");
    let health = server.cli(&["health", "--json"]);
    assert_eq!(health.status, Some(1), "{health:?}");
    let health: serde_json::Value = serde_json::from_str(&health.stdout).unwrap();
    let parts = health["components"].as_array().unwrap();
    let log = parts.iter().find(|part| part["name"] == "log").unwrap();
    assert_eq!(log["status"], "degraded", "{health}");
    // What happened to mail is in the trace.
    assert_eq!(server.trace("alice@ours.test").len(), 2);
    assert_all_accounted(&server);
}
