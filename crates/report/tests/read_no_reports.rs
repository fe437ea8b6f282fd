//! What speaks of bounces and is none: programs, manuals, newsletters, parcels, discussions; and the
//! short things that are reports all the same.

use causeway_report::read::{Category, Kind, read};

#[track_caller]
fn none(text: &str) {
    let explanation = read(text.as_bytes());
    assert!(explanation.recipients.is_empty(), "{text}\n{explanation:#?}");
    assert_eq!(explanation.kind, Kind::NoReport);
}

#[test]
fn programs_are_none() {
    none(
        "#!/usr/bin/env python3\n\"\"\"Count bounces in a mailbox.\"\"\"\nimport re\nimport sys\n\n\
         USER_UNKNOWN = re.compile(r'550 5\\.1\\.1 .*user unknown', re.I)\n\n\ndef classify(line):\n    # a@ext.test: 550 5.1.1 User unknown\n\
         \x20   if USER_UNKNOWN.search(line):\n        return 'could not be delivered to the following recipient'\n    return None\n\n\n\
         if __name__ == '__main__':\n    for line in sys.stdin:\n        print(classify(line))\n",
    );
    none(
        "//! Reads reports.\n\nuse std::io;\n\n/// The address of a failed recipient: <a@ext.test>\npub fn address(text: &str) -> Option<&str> {\n\
         \x20   let phrases = [\"user unknown\", \"mailbox full\", \"550 5.1.1\"];\n    phrases.iter().find(|p| text.contains(*p)).copied()\n}\n",
    );
    none(
        "#include <stdio.h>\n/* Undelivered Mail Returned to Sender */\nint main(void) {\n  puts(\"550 5.1.1 <a@ext.test>: User unknown\");\n\
         \x20 return 1;\n}\n",
    );
}

#[test]
fn manuals_and_lists_of_codes_are_none() {
    none(
        "# bounce-reader\n\nReads bounces such as `550 5.1.1 User unknown` and tells why mail could not be delivered.\n\n## Usage\n\n\
         ```\nbounce-reader < report.eml\n```\n\n- reads RFC 3464\n- knows 0x800CCC79\n\nWrite to dev@ext.test.\n",
    );
    none(
        "| code | meaning |\n|---|---|\n| 5.1.1 | the mailbox does not exist |\n| 5.2.2 | mailbox full |\n| 5.4.316 | connection refused |\n\
         | 5.7.1 | delivery not authorized, message refused |\n| 0x800CCC79 | relaying denied |\n",
    );
    none(
        "The new version 5.1.2 of the library was released on Monday. It has a policy for conversions, a macro for tests, and removes\n\
         what was deprecated in 5.0.1.\n\nThe documentation was moved.\n\nMany thanks to all who helped.\n\nThe maintainers\n\nEnd\n",
    );
}

#[test]
fn mail_that_speaks_of_failures_is_none() {
    // A parcel.
    none(
        "From: Parcel Service <no-reply@parcels.test>\nTo: anna@ours.test\nSubject: Delivery problem: your parcel could not be delivered\n\
         List-Unsubscribe: <https://parcels.test/u>\n\nDear customer,\n\nyour parcel 550451 could not be delivered. A new delivery attempt \
         will be made tomorrow.\n",
    );
    none(
        "From: Parcel Service <noreply@parcels.test>\nTo: anna@ours.test\nSubject: Delivery failed\n\nYour parcel could not be delivered, \
         as nobody was at home. Fetch it at the shop.\n",
    );
    // A newsletter that quotes one.
    none(
        "From: Mail Weekly <news@weekly.test>\nTo: anna@ours.test\nSubject: Ten bounces explained\nList-Unsubscribe: <mailto:u@weekly.test>\n\n\
         This week: what does \"550 5.1.1 <someone@ext.test>: User unknown\" mean? Your message could not be delivered, that much is clear.\n",
    );
    // People talking about it.
    none(
        "From: bert@ext.test\nTo: anna@ours.test\nSubject: Re: undeliverable mail?\n\nHi Anna,\n\ndid my message from Monday bounce? My mailbox \
         was full for a while.\n\nBert\n",
    );
    // The log of something else.
    none(
        "2026-06-01 10:00:00 web-1 upstream connection refused\n2026-06-01 10:00:01 web-1 retrying in 5 s\n2026-06-01 10:00:06 web-1 connection \
         timed out\n2026-06-01 10:00:07 web-1 giving up\n2026-06-01 10:00:08 web-1 user unknown: guest\n2026-06-01 10:00:09 web-1 done\n\
         2026-06-01 10:00:10 web-1 idle\n",
    );
}

#[test]
fn short_things_are_read_all_the_same() {
    for (text, category) in [
        ("5.2.2", Category::MailboxFull),
        ("550 5.7.1", Category::Policy),
        ("554", Category::Unknown),
        ("mailbox full", Category::MailboxFull),
        ("Relay access denied", Category::RelayDenied),
        (
            "host mx.ext.test[192.0.2.1] said: 550 5.1.1 <b@ext.test>: User unknown (in reply to RCPT TO command)",
            Category::UserUnknown,
        ),
        ("RCPT TO:<b@ext.test>\n550 5.1.1 no such user\nQUIT\n221 bye\n", Category::UserUnknown),
        ("<<< 552 5.2.2 over quota\n554 5.0.0 Service unavailable", Category::MailboxFull),
    ] {
        let rows = read(text.as_bytes()).recipients;
        assert_eq!(rows.len(), 1, "{text}: {rows:#?}");
        assert_eq!(rows[0].category, category, "{text}: {rows:#?}");
    }
}

#[test]
fn a_mailbox_file_gives_all_its_reports() {
    let report = |name: &str, reply: &str| {
        format!(
            "From MAILER-DAEMON Mon Jun  1 10:00:00 2026\nFrom: Mail Delivery System <MAILER-DAEMON@mx.ours.test>\nTo: anna@ours.test\n\
             Subject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host mx.ours.test.\n\n<{name}@ext.test>: host mx.ext.test \
             said: {reply} (in reply to RCPT TO command)\n\n"
        )
    };
    let mailbox = format!(
        "{}From anna@ours.test Mon Jun  1 11:00:00 2026\nFrom: anna@ours.test\nTo: bert@ext.test\nSubject: lunch\n\nAt noon?\n\n{}",
        report("bert", "550 5.1.1 User unknown"),
        report("cora", "452 4.2.2 Mailbox full")
    );
    let rows = read(mailbox.as_bytes()).recipients;
    let seen: Vec<_> =
        rows.iter().map(|row| (row.address.as_deref().unwrap_or_default(), row.category)).collect();
    assert_eq!(
        seen,
        [("bert@ext.test", Category::UserUnknown), ("cora@ext.test", Category::MailboxFull)]
    );
    assert!(rows[1].why[0].contains("message 3 of a mailbox file"), "{:?}", rows[1].why);
}
