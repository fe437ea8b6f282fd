//! What opens, changes and closes an alert.

use causeway_model::{Attempt, Failure, Outcome as AttemptOutcome, Stage};

use std::sync::Arc;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn failing(path: &str, connector: Option<&str>, serial: u64, waiting: u64) -> FailingPath {
    let failed_at = at(serial as i64);
    FailingPath {
        path: path.into(),
        waiting,
        affected: waiting,
        since: at(0),
        until: at(1_000),
        failures: serial as u32,
        serial,
        domain: None,
        other_tries: Arc::default(),
        last: Attempt {
            connector: connector.map(str::to_owned),
            ..Attempt::new(
                failed_at,
                path,
                Stage::Connect,
                AttemptOutcome::Failure(Failure::ConnectionRefused),
            )
        },
        taken: None,
        trail: std::sync::Arc::default(),
    }
}

fn observe(book: &mut Book, now: i64, paths: &[FailingPath], absent: Absence) -> Vec<Changed> {
    let changes = book.observe(&AlertSettings::default(), at(now), paths, |_| absent);
    changes.into_iter().map(|change| change.changed).collect()
}

#[test]
fn a_connector_has_an_alert_at_once_and_other_paths_when_much_or_long_waits() {
    let mut book = Book::default();
    let connector = failing("connector \"c\"", Some("c"), 1, 1);
    let other = failing("MX 10 mx.a.test", None, 1, 9);
    assert_eq!(
        observe(&mut book, 1, &[connector, other.clone()], Absence::Pending),
        [Changed::Opened]
    );
    assert!(book.of_path("MX 10 mx.a.test").is_none());
    let more = FailingPath { waiting: 10, affected: 10, ..other.clone() };
    assert!(observe(&mut book, 2, &[more], Absence::Pending).contains(&Changed::Opened));
    let mut book = Book::default();
    assert_eq!(observe(&mut book, 3_599, std::slice::from_ref(&other), Absence::Pending), []);
    assert_eq!(observe(&mut book, 3_600, &[other], Absence::Pending), [Changed::Opened]);
}

#[test]
fn the_failures_in_a_row_that_a_connector_may_have_are_configured() {
    let settings = AlertSettings { connector_failures: 3, ..AlertSettings::default() };
    let mut book = Book::default();
    let mut fails = |times| {
        let path = failing("connector \"c\"", Some("c"), times, 99);
        book.observe(&settings, at(9_999), &[path], |_| Absence::Pending).len()
    };
    assert_eq!((fails(2), fails(3)), (0, 1), "however much waits, and however long");
}

#[test]
fn an_alert_closes_by_itself_when_mail_flows_and_not_while_it_is_only_being_tried() {
    let mut book = Book::default();
    observe(&mut book, 1, &[failing("p", Some("c"), 1, 3)], Absence::Pending);
    assert_eq!(observe(&mut book, 2, &[], Absence::Pending), []);
    assert!(book.of_path("p").is_some());
    assert_eq!(observe(&mut book, 3, &[], Absence::Flows), [Changed::Closed]);
    let alert = book.get(1).unwrap();
    assert_eq!(alert.closed, Some((at(3), Closing::MailFlows)));
    assert_eq!((alert.waiting, alert.most), (0, 3));
    // It fails once more, soon and in the same way: the same alert.
    let again = failing("p", Some("c"), 2, 1);
    let seen = observe(&mut book, 9, std::slice::from_ref(&again), Absence::Pending);
    assert_eq!(seen, [Changed::Opened]);
    assert_eq!(book.of_path("p").unwrap().id, 1);
    observe(&mut book, 10, &[], Absence::Flows);
    // Later it is another one.
    let later = 10 + i64::try_from(SAME.as_secs()).unwrap();
    assert_eq!(observe(&mut book, later, &[again], Absence::Pending), [Changed::Opened]);
    assert_eq!(book.of_path("p").unwrap().id, 2);
}

#[test]
fn a_flood_of_dead_domains_leaves_room_for_connectors() {
    let mut book = Book::default();
    let dead: Vec<FailingPath> =
        (0..MOST_OPEN).map(|n| failing(&format!("d{n}.test"), None, 1, 10)).collect();
    observe(&mut book, 1, &dead, Absence::Pending);
    assert_eq!(book.count_open(), MOST_OPEN - KEPT_FREE);
    let connector = failing("connector \"hq\"", Some("hq"), 1, 1);
    assert_eq!(observe(&mut book, 2, &[connector], Absence::Pending), [Changed::Opened]);
}

#[test]
fn what_was_closed_by_hand_stays_closed_over_a_restart_until_it_works() {
    let mut book = Book::default();
    let path = failing("p", Some("c"), 1, 1);
    observe(&mut book, 1, std::slice::from_ref(&path), Absence::Pending);
    book.close(1, at(2), Closing::ByHand { author: "a".into(), reason: "known".into() });
    let mut book = Book::restored(book.all().cloned().collect::<Vec<_>>(), 1);
    // Nothing has been tried yet.
    assert_eq!(observe(&mut book, 3, &[], Absence::Pending), []);
    assert_eq!(observe(&mut book, 4, std::slice::from_ref(&path), Absence::Pending), []);
    assert_eq!(observe(&mut book, 5, &[], Absence::Flows), []);
    assert_eq!(observe(&mut book, 6, &[path], Absence::Pending), [Changed::Opened]);
}

#[test]
fn what_was_closed_by_hand_stays_closed_until_it_worked_or_fails_otherwise() {
    let mut book = Book::default();
    let path = failing("p", Some("c"), 1, 1);
    observe(&mut book, 1, std::slice::from_ref(&path), Absence::Pending);
    let by_hand = Closing::ByHand { author: "a".into(), reason: "known".into() };
    assert!(book.close(1, at(2), by_hand.clone()).is_some());
    assert!(book.close(1, at(2), by_hand).is_none(), "once");
    assert_eq!(observe(&mut book, 3, &[failing("p", Some("c"), 2, 5)], Absence::Pending), []);
    let mut other = failing("p", Some("c"), 3, 5);
    other.last.outcome = AttemptOutcome::Failure(Failure::ConnectTimeout { after_ms: 1 });
    assert_eq!(observe(&mut book, 4, &[other], Absence::Pending), [Changed::Opened]);
    let mut book = Book::default();
    observe(&mut book, 1, std::slice::from_ref(&path), Absence::Pending);
    book.close(1, at(2), Closing::ByHand { author: "a".into(), reason: String::new() });
    observe(&mut book, 3, &[], Absence::Flows);
    assert_eq!(observe(&mut book, 4, &[path], Absence::Pending), [Changed::Opened]);
}

#[test]
fn the_next_failure_tells_that_a_remedy_did_not_help_and_a_success_that_it_did() {
    let offer = Offer::of(causeway_catalog::causes::remedy::Remedy::Retry);
    let fix = |at| Fix {
        offer: offer.clone(),
        at,
        author: "a".into(),
        revision: None,
        checked: None,
        outcome: Outcome::Pending,
    };
    let mut book = Book::default();
    observe(&mut book, 1, &[failing("p", Some("c"), 1, 1)], Absence::Pending);
    let _ = book.fixed(1, fix(at(1)));
    // The same failure as before says nothing about it.
    assert_eq!(observe(&mut book, 1, &[failing("p", Some("c"), 1, 1)], Absence::Pending), []);
    assert_eq!(
        observe(&mut book, 2, &[failing("p", Some("c"), 2, 1)], Absence::Pending),
        [Changed::Fixed]
    );
    assert!(matches!(book.get(1).unwrap().fixes[0].outcome, Outcome::DidNotHelp { .. }));
    book.fixed(1, fix(at(2)));
    observe(&mut book, 3, &[], Absence::Flows);
    assert_eq!(book.get(1).unwrap().fixes[1].outcome, Outcome::Helped { at: at(3) });
}

#[test]
fn closed_alerts_are_forgotten_after_a_time_and_their_numbers_are_not_given_again() {
    let mut book = Book::default();
    observe(&mut book, 1, &[failing("p", Some("c"), 1, 1)], Absence::Pending);
    observe(&mut book, 2, &[], Absence::Unused);
    let kept = AlertSettings::default().keep + Duration::from_secs(3);
    let later = at(0).plus(kept).as_millis() / 1000;
    assert_eq!(observe(&mut book, later, &[], Absence::Unused), [Changed::Forgotten]);
    assert_eq!(book.all().count(), 0);
    let book = Book::restored([], book.last_id());
    assert_eq!(book.last_id(), 1);
}

#[test]
fn a_change_to_and_fro_between_two_failures_is_told_once_and_again_when_it_was_long_ago() {
    let mut book = Book::default();
    let reset = |serial| {
        let mut path = failing("p", Some("c"), serial, 1);
        path.last.stage = Stage::Banner;
        path.last.outcome = AttemptOutcome::Failure(Failure::ClosedAbruptly { bytes_received: 0 });
        path
    };
    let refused = |serial| failing("p", Some("c"), serial, 1);
    let mut see = |now, path| observe(&mut book, now, &[path], Absence::Pending);
    assert_eq!(see(1, refused(1)), [Changed::Opened]);
    assert_eq!(see(300, reset(2)), [Changed::Cause]);
    for round in 2..20 {
        let (now, serial) = (round * 600, u64::try_from(round * 2).unwrap());
        assert_eq!(see(now, refused(serial)), [Changed::Counts], "{round}");
        assert_eq!(see(now + 300, reset(serial + 1)), [Changed::Counts], "{round}");
    }
    assert_eq!(see(30_000, refused(99)), [Changed::Cause], "it was long ago");
}

#[test]
fn what_comes_back_and_stands_is_told_in_the_end_and_seldom_while_it_flaps() {
    let mut book = Book::default();
    let reset = |serial| {
        let mut path = failing("p", Some("c"), serial, 1);
        path.last.outcome = AttemptOutcome::Failure(Failure::ConnectTimeout { after_ms: 1 });
        path
    };
    let refused = |serial| failing("p", Some("c"), serial, 1);
    let mut see = |now, path| observe(&mut book, now, &[path], Absence::Pending);
    assert_eq!(see(1, refused(1)), [Changed::Opened]);
    assert_eq!(see(60, reset(2)), [Changed::Cause]);
    assert_eq!(see(120, refused(3)), [Changed::Counts], "it may go again");
    assert_eq!(see(419, refused(3)), []);
    assert_eq!(see(420, refused(3)), [Changed::Cause], "it stands");
    assert_eq!(see(2_900, refused(3)), [], "once");
    // To and fro: not again within the hour after it was told so; then what stands, by whatever was told last.
    assert_eq!(see(3_000, reset(4)), [Changed::Counts]);
    assert_eq!(see(3_400, reset(4)), []);
    assert_eq!(see(4_020, reset(4)), [Changed::Cause]);
    let kept = book.of_path("p").cloned().unwrap();
    let read: Alert = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
    assert_eq!(read, kept);
}

#[test]
fn an_attempt_that_was_under_way_when_a_remedy_was_applied_says_nothing_about_it() {
    let mut book = Book::default();
    observe(&mut book, 1, &[failing("p", Some("c"), 1, 1)], Absence::Pending);
    let offer = Offer::of(causeway_catalog::causes::remedy::Remedy::Retry);
    let outcome = Outcome::Pending;
    let author = "a".to_owned();
    book.fixed(1, Fix { offer, at: at(3), author, revision: None, checked: None, outcome });
    assert!(book.take_overtaken().is_empty());
    // It began at 2, before the remedy, and failed after it.
    assert_eq!(
        observe(&mut book, 9, &[failing("p", Some("c"), 2, 1)], Absence::Pending),
        [Changed::Counts]
    );
    assert_eq!(book.get(1).unwrap().fixes[0].outcome, Outcome::Pending);
    assert_eq!(book.take_overtaken(), ["p"]);
    assert_eq!(
        observe(&mut book, 9, &[failing("p", Some("c"), 4, 1)], Absence::Pending),
        [Changed::Fixed]
    );
    assert!(book.take_overtaken().is_empty());
}

#[test]
fn every_host_that_was_tried_is_in_the_evidence_with_its_own_failure() {
    use crate::alert::view::AlertView;
    let tried = |host: &str, address: &str, stage, failure| {
        let mut attempt = failing("p", Some("c"), 1, 1).last;
        (attempt.host, attempt.address) = (Some(host.to_owned()), address.parse().ok());
        (attempt.stage, attempt.outcome) = (stage, AttemptOutcome::Failure(failure));
        attempt
    };
    let mut path = failing("p", Some("c"), 1, 1);
    path.last = tried("mx2.test", "192.0.2.2:25", Stage::Connect, Failure::ConnectionRefused);
    let silent = Failure::ConnectTimeout { after_ms: 30_000 };
    let other = tried("mx1.test", "192.0.2.1:25", Stage::Connect, silent);
    path.other_tries = Arc::new([other, path.last.clone()]);
    let mut book = Book::default();
    observe(&mut book, 1, &[path], Absence::Pending);
    let texts = causeway_catalog::Texts::get(causeway_model::config::Language::En);
    let view = AlertView::of(book.get(1).unwrap(), texts);
    let lines: Vec<&str> = view.evidence.iter().map(|line| line.finding.as_str()).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("mx2.test") && lines[0].contains("4.4.316"), "{lines:?}");
    assert!(lines[1].contains("mx1.test") && lines[1].contains("4.4.315"), "{lines:?}");
}
