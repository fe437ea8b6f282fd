//! Who may send as whom: what users write, and what strangers write about us.

use causeway_testkit::server::Setup;

use super::submission::{logged_in, logged_in_at};
use super::world::{assert_nothing_accepted, ours, wait_for_mail};

fn with_submission() -> Setup {
    ours().listener("submission", 2587, "")
}

#[test]
fn a_foreign_reverse_path_is_refused_at_mail_with_what_may_be_used() {
    let server = with_submission().start();
    let granted = server.cli(&[
        "mailbox",
        "set",
        "alice@ours.test",
        "--alias",
        "sales@ours.test",
        "--send-as",
        "@team.test",
        "--send-as",
        "boss@ours.test",
    ]);
    assert_eq!(granted.status, Some(0), "{granted:?}");
    let mut client = logged_in(&server, "sales@ours.test");
    for own in
        ["alice@ours.test", "ALICE@ours.test", "sales@ours.test", "boss@ours.test", "x@team.test"]
    {
        let answer = client.command(&format!("MAIL FROM:<{own}>"));
        assert_eq!(answer.code, 250, "{own}: {answer}");
        client.command("RSET");
    }
    assert_eq!(client.command("MAIL FROM:<>").code, 250);
    client.command("RSET");
    for foreign in ["bob@ours.test", "a@ext.test", "x@sub.team.test"] {
        let answer = client.command(&format!("MAIL FROM:<{foreign}>"));
        assert_eq!(answer.code, 553, "{answer}");
        assert!(answer.has_enhanced_code("5.7.1"), "{answer}");
        assert!(answer.says(foreign) && answer.says("alice@ours.test"), "{answer}");
        assert!(answer.says("MAIL FROM"), "{answer}");
    }
}

/// Headers in which alice poses as somebody else, and the field that gives her away.
const POSES: &[(&str, &str)] = &[
    ("From: bob@ours.test", "From"),
    ("From: Alice <bob@ours.test>", "From"),
    ("From: \"alice@ours.test\" <bob@ours.test>", "From"),
    ("From: =?utf-8?q?alice=40ours.test?= <bob@ours.test>", "From"),
    ("From: (alice@ours.test) bob@ours.test", "From"),
    ("From: \"Alice\"\r\n\t<bob@ours.test>", "From"),
    ("From:\r\n bob@ours.test", "From"),
    ("From: Team: bob@ours.test;", "From"),
    ("From: alice@ours.test, bob@ours.test\r\nSender: alice@ours.test", "From"),
    ("From: alice@ours.test\r\nSender: bob@ours.test", "Sender"),
    ("From: alice@ours.test\r\nReply-To: Alice <bob@ours.test>", "Reply-To"),
    ("From: alice@ours.test\r\nReply-To: alice@ours.test,\r\n bob@ours.test", "Reply-To"),
];

#[test]
fn no_header_hides_a_foreign_sender() {
    let server = with_submission().start();
    let mut client = logged_in(&server, "alice@ours.test");
    for (header, field) in POSES {
        let answer = client.mail(
            "alice@ours.test",
            &["bob@ours.test"],
            &format!("{header}\r\nSubject: pose\r\n\r\nx\r\n"),
        );
        assert_eq!(answer.code, 550, "{header}: {answer}");
        assert!(answer.has_enhanced_code("5.7.60"), "{header}: {answer}");
        assert!(answer.says(field) && answer.says("bob@ours.test"), "{header}: {answer}");
        client.command("RSET");
    }
    assert_nothing_accepted(&server);
}

#[test]
fn hdr_03_a_header_that_readers_could_understand_differently_is_refused() {
    // HDR-03
    let server = with_submission().start();
    let mut client = logged_in(&server, "alice@ours.test");
    for header in [
        "From: alice@ours.test\r\nFrom: bob@ours.test",
        "FROM : alice@ours.test\r\nfrom: bob@ours.test",
        "From: alice@ours.test\r\nSender: alice@ours.test\r\nSender: bob@ours.test",
        "From: alice@ours.test, alice@ours.test",
        "From: bob@ours.test <alice@ours.test>",
        "From: <@bob.test:alice@ours.test>",
        "From: alice@ours.test bob@ours.test",
        "From: Team:;",
        "From: \"open <alice@ours.test>",
    ] {
        let answer = client.mail(
            "alice@ours.test",
            &["bob@ours.test"],
            &format!("{header}\r\nSubject: doubt\r\n\r\nx\r\n"),
        );
        assert_eq!(answer.code, 554, "{header}: {answer}");
        assert!(answer.has_enhanced_code("5.6.0"), "{header}: {answer}");
    }
    assert_nothing_accepted(&server);
}

#[test]
fn a_large_message_is_checked_like_a_small_one() {
    let server = with_submission().start();
    let mut client = logged_in(&server, "alice@ours.test");
    let large = "0123456789abcdef\r\n".repeat(20_000);
    let pose = format!("From: bob@ours.test\r\n\r\n{large}");
    let answer = client.mail("alice@ours.test", &["bob@ours.test"], &pose);
    assert_eq!(answer.code, 550, "{answer}");
    assert_nothing_accepted(&server);
    let honest = format!("From: alice@ours.test\r\nSubject: large\r\n\r\n{large}");
    assert_eq!(client.mail("alice@ours.test", &["bob@ours.test"], &honest).code, 250);
    let mail = wait_for_mail(&server, "bob@ours.test", 1).remove(0);
    assert!(mail.contains("\nMessage-ID: <"), "{}", &mail[..500]);
    assert!(mail.ends_with(&large.replace("\r\n", "\n")));
}

#[test]
fn what_is_checked_can_be_chosen_and_a_sender_is_then_added() {
    let server =
        with_submission().mailflow("[identity]\nenforce = [\"envelope\", \"sender\"]").start();
    let mut client = logged_in(&server, "alice@ours.test");
    let mail = "From: newsletter@ext.test\r\nSubject: on behalf\r\n\r\nx\r\n";
    assert_eq!(client.mail("alice@ours.test", &["bob@ours.test"], mail).code, 250);
    let mail = wait_for_mail(&server, "bob@ours.test", 1).remove(0);
    assert!(mail.contains("\nSender: alice@ours.test\n"), "{mail}");
    assert_eq!(client.command("MAIL FROM:<bob@ours.test>").code, 553);
}

#[test]
fn strangers_do_not_pose_as_our_users() {
    let server = ours().relay_network("127.0.0.7/32").start();
    let verdict = |source: &str, from: &str| {
        let mut client = server.client_from(source);
        client.ehlo();
        assert_eq!(client.command(&format!("MAIL FROM:<{from}>")).code, 250);
        client.command("RCPT TO:<bob@ours.test>")
    };
    let refused = verdict("127.0.0.8", "alice@ours.test");
    assert_eq!(refused.code, 550, "{refused}");
    assert!(refused.has_enhanced_code("5.7.1"), "{refused}");
    assert!(refused.says("rule identity.own-domain-from-outside"), "{refused}");
    assert_eq!(verdict("127.0.0.7", "alice@ours.test").code, 250, "an authorised network vouches");
    assert_eq!(verdict("127.0.0.8", "a@ext.test").code, 250);
}

#[test]
fn an_inbound_connector_vouches_for_senders_of_ours() {
    let connector = "[[connector]]\nname = \"newsletter service\"\ndirection = \"inbound\"\n\
                     peer = \"partner\"\nsender_domains = [\"ours.test\"]\n\
                     source_addresses = [\"127.0.0.9/32\"]\nrequire_tls = false\n";
    let server = ours().mailflow(connector).start();
    let verdict = |source: &str| {
        let mut client = server.client_from(source);
        client.ehlo();
        client.command("MAIL FROM:<news@ours.test>");
        client.command("RCPT TO:<bob@ours.test>").code
    };
    assert_eq!((verdict("127.0.0.9"), verdict("127.0.0.8")), (250, 550));
}

#[test]
fn the_protection_of_our_domains_can_be_widened_and_lifted() {
    let send = |server: &causeway_testkit::server::Server, envelope: &str| {
        let mut client = server.client_from("127.0.0.8");
        client.ehlo();
        let mail = "From: alice@ours.test\r\nSubject: x\r\n\r\nx\r\n";
        client.mail(envelope, &["bob@ours.test"], mail)
    };
    // As it is: mailing lists may bring our users' mail back.
    let server = ours().start();
    assert_eq!(send(&server, "list@ext.test").code, 250);
    let wide = "[identity]\nprotect_own_domains = [\"envelope\", \"from\"]";
    let server = ours().mailflow(wide).start();
    let refused = send(&server, "list@ext.test");
    assert_eq!(refused.code, 550, "{refused}");
    assert!(refused.says("From"), "{refused}");
    assert_eq!(send(&server, "alice@ours.test").code, 550);
    let server = ours().mailflow("[identity]\nprotect_own_domains = []").start();
    assert_eq!(send(&server, "alice@ours.test").code, 250);
}

#[test]
fn a_listener_can_say_what_is_checked_there() {
    let server = ours()
        .listener("submission", 2587, "")
        .listener("submission", 2588, "identity = [\"envelope\"]")
        .start();
    let pose = "From: newsletter@ext.test\r\nSubject: pose\r\n\r\nx\r\n";
    let verdict = |port| {
        let mut client = logged_in_at(&server, port, "alice@ours.test");
        client.mail("alice@ours.test", &["bob@ours.test"], pose)
    };
    assert_eq!(verdict(2587).code, 550);
    assert_eq!(verdict(2588).code, 250);
    let mut client = logged_in_at(&server, 2588, "alice@ours.test");
    assert_eq!(client.command("MAIL FROM:<bob@ours.test>").code, 553);
}

#[test]
fn a_connector_and_an_address_keep_to_their_own_domains() {
    let text = "[[connector]]\nname = \"own\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
         sender_domains = [\"ours.test\"]\nsource_addresses = [\"127.0.0.7\"]\nrequire_tls = false\n\
         identity = [\"envelope\", \"from\", \"reply_to\"]\n\
         [[relay.addresses]]\naddress = \"127.0.0.8\"\nnote = \"fair\"\nuntil = \"2099-12-31\"\n\
         sender_domains = [\"ours.test\"]\n\
         [[relay.addresses]]\naddress = \"127.0.0.9\"\nuntil = 2020-12-31\n";
    let server = ours().mailflow(text).start();
    server.wait_for_log("was allowed to relay until 2020-12-31");
    for known in ["127.0.0.7", "127.0.0.8"] {
        let mut client = server.client_from(known);
        client.ehlo();
        let foreign = client.command("MAIL FROM:<a@ext.test>");
        assert_eq!(foreign.code, 553, "{known}: {foreign}");
        assert!(foreign.says("a@ext.test") && foreign.says("ours.test"), "{foreign}");
        for (header, code) in [
            ("From: a@ext.test", 550),
            ("From: \"alice@ours.test\" <a@ext.test>", 550),
            ("From: alice@ours.test\r\nFrom: a@ext.test", 554),
            ("From: alice@ours.test\r\nReply-To: a@ext.test", 550),
            ("From: alice@ours.test", 250),
        ] {
            let text = format!("{header}\r\nSubject: x\r\n\r\nx\r\n");
            let answer = client.mail("alice@ours.test", &["bob@ours.test"], &text);
            assert_eq!(answer.code, code, "{known}: {header}: {answer}");
            client.command("RSET");
        }
    }
    // Whose time is over is a stranger, who is told since when.
    let mut late = server.client_from("127.0.0.9");
    late.ehlo();
    late.command("MAIL FROM:<a@ext.test>");
    let answer = late.command("RCPT TO:<b@ext.test>");
    assert!(answer.code == 550 && answer.says("was allowed until 2020-12-31"), "{answer}");
    assert_eq!(wait_for_mail(&server, "bob@ours.test", 2).len(), 2);
}

#[test]
fn an_author_who_can_be_read_in_two_ways_does_not_get_around_the_protection_of_our_domains() {
    let server =
        ours().mailflow("[identity]\nprotect_own_domains = [\"envelope\", \"from\"]\n").start();
    let mut client = server.client();
    client.ehlo();
    for (header, code) in [
        ("From: a@ext.test\r\nFrom: alice@ours.test", 554),
        ("From: alice@ours.test <a@ext.test>", 554),
        ("From: a@ext.test, alice@ours.test\r\nSender: a@ext.test", 550),
        ("From: Alice <alice@ours.test>", 550),
        ("From: a@ext.test\r\nSender: not an address", 250),
        ("Subject: nobody", 250),
    ] {
        let text = format!("{header}\r\nX: y\r\n\r\nx\r\n");
        let answer = client.mail("a@ext.test", &["bob@ours.test"], &text);
        assert_eq!(answer.code, code, "{header}: {answer}");
        client.command("RSET");
    }
}
