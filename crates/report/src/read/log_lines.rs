//! Lines of a mail log that say how a delivery went: Postfix, Exim, Sendmail.
//!
//! Somebody who asks "why did this not arrive" often has the log and not the report. A few lines are
//! read, each failure one entry; a whole log is not: it is no report, and has its own tools.

use super::classify::{Draft, conclude};
use super::{Action, Category, ReadRecipient, WhoActs, addresses, codes};

/// More lines than anybody pastes.
const MAX_LINES: usize = 60;

/// The failures in a few lines of a log; `None` when it is not one, or has none.
pub(super) fn read(text: &str) -> Option<Vec<ReadRecipient>> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() || lines.len() > MAX_LINES {
        return None;
    }
    let rows: Vec<ReadRecipient> =
        lines.iter().filter_map(|line| delivery(line)).map(conclude).collect();
    (!rows.is_empty()).then_some(rows)
}

fn delivery(line: &str) -> Option<Draft> {
    postfix(line).or_else(|| sendmail(line)).or_else(|| exim(line))
}

/// `…: to=<a@x>, relay=mx.x[192.0.2.1]:25, dsn=5.1.1, status=bounced (host … said: 550 …)`.
fn postfix(line: &str) -> Option<Draft> {
    let (fields, rest) = line.split_once("status=")?;
    let action = match rest.split([' ', ',']).next()? {
        "bounced" | "undeliverable" | "expired" => Action::Failed,
        "deferred" | "SOFTBOUNCE" => Action::Delayed,
        "sent" | "deliverable" => Action::Delivered,
        _ => return None,
    };
    let words = rest.split_once('(').map(|(_, words)| words.trim_end_matches(')'));
    let words = words.unwrap_or_default();
    let draft = Draft { action: Some(action), ..of_fields(fields, "dsn=", words)? };
    Some(match no_connection(words) {
        Some(text_key) => Draft {
            category: Some(Category::Network),
            text_key: Some(text_key),
            who_acts: Some(WhoActs::RecipientAdmin),
            ..draft
        },
        None => draft,
    })
}

/// `connect to mx.x[192.0.2.1]:25: Connection timed out`: which text explains it.
fn no_connection(words: &str) -> Option<&'static str> {
    let (_, error) = words.strip_prefix("connect to ")?.rsplit_once(": ")?;
    match error {
        "Connection timed out" | "Operation timed out" => Some("code-connection-timed-out"),
        "Connection refused" => Some("code-connection-refused"),
        _ => None,
    }
}

/// `…: to=<a@x>, mailer=esmtp, relay=mx.x. [192.0.2.1], dsn=5.1.1, stat=User unknown`.
fn sendmail(line: &str) -> Option<Draft> {
    let (fields, words) = line.split_once("stat=")?;
    let words = words.trim();
    let action = if words.starts_with("Sent") {
        Action::Delivered
    } else if words.starts_with("Deferred") || words.starts_with("queued") {
        Action::Delayed
    } else {
        Action::Failed
    };
    Some(Draft { action: Some(action), ..of_fields(fields, "dsn=", words)? })
}

/// `2026-06-01 10:00:00 1abc-2 ** a@x R=dns T=smtp H=mx.x [192.0.2.1]: SMTP error …: 550 …`.
fn exim(line: &str) -> Option<Draft> {
    let (before, rest, action) =
        [(" ** ", Action::Failed), (" == ", Action::Delayed)].into_iter().find_map(
            |(mark, action)| line.split_once(mark).map(|(before, rest)| (before, rest, action)),
        )?;
    let timed =
        before.len() >= 19 && before.as_bytes().first()?.is_ascii_digit() && before.contains(':');
    if !timed || !rest.contains(" R=") {
        return None;
    }
    let address = addresses::first(rest)?.to_owned();
    let words = rest.split_once(": ").map_or("", |(_, words)| words);
    let host = rest.split_once(" H=").and_then(|(_, host)| host.split([' ', ':']).next());
    Some(Draft {
        address: Some(address),
        action: Some(action),
        remote_mta: host.map(str::to_owned),
        diagnostic: answer(words),
        segment: words.to_owned(),
        why: vec!["line of a log: Exim".into()],
        ..Draft::default()
    })
}

fn of_fields(fields: &str, code: &str, words: &str) -> Option<Draft> {
    let (_, to) = fields.rsplit_once("to=")?;
    let relay =
        fields.split_once("relay=").and_then(|(_, host)| host.split(['[', ',', ' ']).next());
    let status = fields.split_once(code).and_then(|(_, code)| codes::leading_enhanced(code));
    Some(Draft {
        address: Some(addresses::first(to)?.to_owned()),
        status,
        remote_mta: relay
            .filter(|host| host.contains('.'))
            .map(|h| h.trim_end_matches('.').to_owned()),
        diagnostic: answer(words),
        segment: words.to_owned(),
        why: vec!["line of a log".into()],
        ..Draft::default()
    })
}

fn answer(words: &str) -> Option<String> {
    codes::quoted_answer(words)
        .map(str::to_owned)
        .or_else(|| (!words.trim().is_empty()).then(|| words.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::Category;
    use super::*;

    #[test]
    fn lines_of_three_systems_are_read() {
        let rows = read(
            "Jun  1 10:00:00 mx postfix/smtp[123]: 4ABC: to=<a@x.test>, relay=mx.x.test[192.0.2.1]:25, delay=1, \
             dsn=5.1.1, status=bounced (host mx.x.test[192.0.2.1] said: 550 5.1.1 <a@x.test>: User unknown (in reply to RCPT TO command))\n\
             Jun  1 10:00:01 mx sm-mta[9]: x51: to=<b@x.test>, delay=00:00:01, mailer=esmtp, relay=mx.x.test. [192.0.2.1], \
             dsn=4.2.2, stat=Deferred: 452 4.2.2 Mailbox full\n\
             2026-06-01 10:00:02 1abc-000001-AB ** c@x.test R=dnslookup T=remote_smtp H=mx.x.test [192.0.2.1]: SMTP error \
             from remote mail server after RCPT TO:<c@x.test>: 550 relay not permitted\n",
        )
        .unwrap();
        let seen: Vec<_> =
            rows.iter().map(|r| (r.address.as_deref().unwrap(), r.category, r.action)).collect();
        assert_eq!(
            seen,
            [
                ("a@x.test", Category::UserUnknown, Action::Failed),
                ("b@x.test", Category::MailboxFull, Action::Delayed),
                ("c@x.test", Category::RelayDenied, Action::Failed)
            ]
        );
        assert!(rows.iter().all(|row| row.remote_mta.as_deref() == Some("mx.x.test")), "{rows:#?}");
    }

    #[test]
    fn a_connection_that_postfix_did_not_get_is_the_network_and_not_an_expiry() {
        for (error, text_key) in [
            ("Connection timed out", "code-connection-timed-out"),
            ("Connection refused", "code-connection-refused"),
        ] {
            let line = format!(
                "Jun  1 10:00:00 mx postfix/smtp[1]: 4A: to=<a@x.test>, relay=none, dsn=4.4.1, status=deferred \
                 (connect to mx.x.test[192.0.2.1]:25: {error})"
            );
            let row = read(&line).unwrap().remove(0);
            assert_eq!((row.category, row.text_key), (Category::Network, text_key), "{row:#?}");
            assert_eq!((row.action, row.permanent), (Action::Delayed, false));
            assert_eq!(row.who_acts, WhoActs::RecipientAdmin);
        }
    }

    #[test]
    fn other_lines_and_whole_logs_are_none() {
        assert!(read("Jun 1 10:00:00 web nginx: status=502 upstream refused").is_none());
        assert!(
            read(&"Jun 1 x: to=<a@x.test>, dsn=5.1.1, status=bounced (no)\n".repeat(100)).is_none()
        );
    }
}
