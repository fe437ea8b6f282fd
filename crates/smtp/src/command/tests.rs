use causeway_model::{Address, AddressError, BodyType, Notify, Return, ReversePath};
use proptest::prelude::*;

use super::*;

fn parse(line: &str) -> Result<Command<'_>, CommandError> {
    Command::parse(line.as_bytes())
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn rcpt(path: &str) -> Result<RcptTo, CommandError> {
    match parse(&format!("RCPT TO:{path}")) {
        Ok(Command::Rcpt { to, .. }) => Ok(to),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error),
    }
}

fn mail_parameters(text: &str) -> Result<MailParameters, CommandError> {
    match parse(&format!("MAIL FROM:<a@b.test> {text}")) {
        Ok(Command::Mail { parameters, .. }) => Ok(parameters),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error),
    }
}

fn rcpt_parameters(text: &str) -> Result<RcptParameters, CommandError> {
    match parse(&format!("RCPT TO:<a@b.test> {text}")) {
        Ok(Command::Rcpt { parameters, .. }) => Ok(parameters),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error),
    }
}

fn code_of(line: &str) -> String {
    parse(line).unwrap_err().reply().code_text()
}

#[test]
fn verbs_count_in_any_case() {
    assert_eq!(parse("data"), Ok(Command::Data));
    assert_eq!(parse("RsEt  "), Ok(Command::Rset));
    assert_eq!(parse("QUIT"), Ok(Command::Quit));
    assert_eq!(parse("noop whatever"), Ok(Command::Noop));
    assert_eq!(parse("HELP me"), Ok(Command::Help));
    assert_eq!(parse("starttls"), Ok(Command::Starttls));
    assert_eq!(parse("EHLO  x.test"), Ok(Command::Ehlo("x.test".into())));
    assert_eq!(parse("helo [192.0.2.1]"), Ok(Command::Helo("[192.0.2.1]".into())));
    assert_eq!(parse("VRFY ü@ours.test"), Ok(Command::Vrfy("ü@ours.test")));
    assert_eq!(parse("EXPN staff"), Ok(Command::Expn("staff")));
    for line in ["", " ", "FOO", "MAILX FROM:<a@b.test>", "DATADATADATA", "MAIL\tFROM:<>"] {
        assert_eq!(parse(line), Ok(Command::Unknown), "{line:?}");
    }
}

#[test]
fn arguments_are_needed_or_refused() {
    for line in ["EHLO", "HELO ", "VRFY", "EXPN", "AUTH", "BDAT"] {
        assert!(matches!(parse(line), Err(CommandError::MissingArgument { .. })), "{line}");
        assert_eq!(code_of(line), "501 5.5.4");
    }
    for line in ["DATA x", "RSET x", "QUIT now", "STARTTLS x", "BDAT 1 LAST x", "BDAT 1 FIRST"] {
        assert!(matches!(parse(line), Err(CommandError::UnexpectedArgument { .. })), "{line}");
    }
    assert_eq!(parse(&format!("EHLO {}", "a".repeat(256))), Err(CommandError::NameTooLong));
}

#[test]
fn the_clients_name_becomes_harmless() {
    let name = Command::parse(b"EHLO J\xfcrgen\x1b[2J\tPC").unwrap();
    assert_eq!(name, Command::Ehlo("J?rgen?[2J?PC".into()));
}

#[test]
fn chunks_and_logins_are_read() {
    assert_eq!(parse("BDAT 10"), Ok(Command::Bdat { size: 10, last: false }));
    assert_eq!(parse("bdat 0 last"), Ok(Command::Bdat { size: 0, last: true }));
    for line in ["BDAT x", "BDAT -1", "BDAT 10LAST", "BDAT 111111111111111111111", "BDAT LAST"] {
        assert_eq!(parse(line), Err(CommandError::BadChunkSize), "{line}");
    }
    let auth = |response| Command::Auth { mechanism: "PLAIN", initial_response: response };
    assert_eq!(parse("AUTH PLAIN"), Ok(auth(None)));
    assert_eq!(parse("AUTH PLAIN ="), Ok(auth(Some(""))));
    assert_eq!(parse("AUTH PLAIN AGEAYg=="), Ok(auth(Some("AGEAYg=="))));
    assert!(parse("AUTH PLAIN a b").is_err());
}

#[test]
fn paths_are_read_as_written() {
    let mail = |path: &str| match parse(&format!("mail from:{path}")) {
        Ok(Command::Mail { reverse_path, .. }) => reverse_path,
        other => panic!("{other:?}"),
    };
    assert_eq!(mail("<>"), ReversePath::Null);
    assert_eq!(mail(" <a@b.test>"), ReversePath::Address(address("a@b.test")));
    assert_eq!(mail("<a@[192.0.2.1]>").to_string(), "a@[192.0.2.1]");
    assert_eq!(mail("<a@[IPv6:2001:db8::1]>").to_string(), "a@[IPv6:2001:db8::1]");
    for path in [r#""a b"@c.test"#, r#""a>b"@c.test"#, r#""a\"> b"@c.test"#] {
        assert_eq!(mail(&format!("<{path}>")).to_string(), path);
    }
    assert_eq!(rcpt("<postMaster>"), Ok(RcptTo::Postmaster));
    assert_eq!(rcpt("<postmaster@b.test>"), Ok(RcptTo::Address(address("postmaster@b.test"))));
}

#[test]
fn malformed_paths_are_refused() {
    for line in [
        "MAIL",
        "MAIL FROM:",
        "MAIL FROM",
        "MAIL  FROM:<a@b.test>",
        "MAIL FROM :<a@b.test>",
        "MAIL FROM:  <a@b.test>",
        "MAIL FROM:a@b.test",
        "MAIL FROM:<a@b.test",
        "MAIL FROM:<a@b.test>SIZE=1",
        "MAIL FROM:<a@b.test>>",
        "MAIL TO:<a@b.test>",
        "RCPT FROM:<a@b.test>",
        r#"RCPT TO:<"a>"#,
        r#"RCPT TO:<"a\"#,
    ] {
        assert!(matches!(parse(line), Err(CommandError::MalformedPath { .. })), "{line}");
        assert_eq!(code_of(line), "501 5.5.4", "{line}");
    }
    for (line, code) in [
        ("MAIL FROM:<a>", "553 5.1.7"),
        ("MAIL FROM:<<a@b.test>>", "501 5.5.4"),
        ("MAIL FROM:<a b@c.test>", "501 5.1.7"),
        ("MAIL FROM:<postmaster>", "553 5.1.7"),
        ("RCPT TO:<>", "501 5.1.3"),
        ("RCPT TO:<a>", "553 5.1.3"),
        ("RCPT TO:<a@b..test>", "501 5.1.3"),
        ("RCPT TO:<@a.test,b.test:postmaster>", "501 5.1.3"),
    ] {
        assert_eq!(code_of(line), code, "{line}");
    }
    let line = b"MAIL FROM:<\xff@b.test> SMTPUTF8";
    assert_eq!(Command::parse(line), Err(CommandError::NotUtf8));
}

#[test]
fn hostile_relay_forms_have_one_meaning() {
    let is = |path: &str, text: &str| {
        assert_eq!(rcpt(path), Ok(RcptTo::Address(address(text))), "{path}");
    };
    // RLY-09, 13, 17, 19, 21, 25.
    is("<b%ext.test@[127.0.0.1]>", "b%ext.test@[127.0.0.1]");
    is(r#"<"b@ext.test"@ours.test>"#, r#""b@ext.test"@ours.test"#);
    is("<@[127.0.0.1]:b@ext.test>", "b@ext.test");
    is("<@[IPv6:::1],@a.test:b@ext.test>", "b@ext.test");
    is("<@mx.ours.test,@ours.test:b@ext.test>", "b@ext.test");
    is("<ext.test!b@ours.test>", "ext.test!b@ours.test");
    is("<b@ext.test.>", "b@ext.test");
    is("<b@оurs.test>", "b@xn--urs-red.test");
    // RLY-11, 15.
    let refused = |path: &str, error| assert_eq!(rcpt(path), Err(error), "{path}");
    refused(r#"<"b@ext.test">"#, CommandError::BadRecipient(AddressError::NoDomain));
    assert!(matches!(rcpt("<b@ext.test@ours.test>"), Err(CommandError::BadRecipient(_))));
    assert!(matches!(rcpt("<b@ext.test@[127.0.0.1]>"), Err(CommandError::BadRecipient(_))));
    for path in ["<@a.test>", "<@:b@c.test>", "<@a.test,b@c.test>", "<@[1.2.3.4:b@c.test>", "<@>"] {
        refused(path, CommandError::BadSourceRoute);
    }
}

#[test]
fn characters_outside_ascii_need_smtputf8() {
    assert_eq!(parse("MAIL FROM:<ü@b.test>"), Err(CommandError::Smtputf8Required));
    assert_eq!(parse("MAIL FROM:<a@ü.test>"), Err(CommandError::Smtputf8Required));
    assert_eq!(code_of("MAIL FROM:<ü@b.test>"), "553 5.6.7");
    assert!(parse("MAIL FROM:<ü@b.test> SMTPUTF8").is_ok());
    for (path, utf8) in [("ü@b.test", true), ("a@ü.test", true), ("a@xn--tda.test", false)] {
        match parse(&format!("RCPT TO:<{path}>")) {
            Ok(Command::Rcpt { parameters, .. }) => assert_eq!(parameters.utf8_path, utf8),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn mail_parameters_are_read() {
    let all =
        mail_parameters("SIZE=100 BODY=8bitmime  SMTPUTF8 RET=hdrs ENVID=a+2Bb AUTH=e+3Df@b.test");
    assert_eq!(
        all,
        Ok(MailParameters {
            size: Some(100),
            body: Some(BodyType::EightBitMime),
            smtputf8: true,
            ret: Some(Return::Headers),
            envid: Some("a+b".into()),
            auth: Some(ReversePath::Address(address("e=f@b.test"))),
        })
    );
    assert_eq!(mail_parameters("AUTH=<>").unwrap().auth, Some(ReversePath::Null));
    assert_eq!(mail_parameters("SIZE=99999999999999999999").unwrap().size, Some(u64::MAX));
    assert_eq!(mail_parameters("   "), Ok(MailParameters::default()));
}

#[test]
fn rcpt_parameters_are_read() {
    let both = rcpt_parameters("NOTIFY=success,DELAY ORCPT=rfc822;a+2Bb@c.test").unwrap();
    assert_eq!(both.notify, Some(Notify { success: true, failure: false, delay: true }));
    assert_eq!(both.orcpt, Some(("rfc822".into(), "a+b@c.test".into())));
    assert_eq!(rcpt_parameters("NOTIFY=never").unwrap().notify, Some(Notify::default()));
    let utf8 = rcpt_parameters("ORCPT=utf-8;\\x{FC}ü@c.test").unwrap().orcpt;
    assert_eq!(utf8, Some(("utf-8".into(), "üü@c.test".into())));
}

#[test]
fn bad_parameters_are_refused_for_their_reason() {
    let long = "a".repeat(101);
    for text in [
        "SIZE",
        "SIZE=",
        "SIZE=x",
        "SIZE=-1",
        "BODY=9BIT",
        "BODY=",
        "RET=ALL",
        "ENVID=",
        "ENVID=+",
        "ENVID=+0D+0A",
        "SMTPUTF8=1",
        "AUTH=x",
        &format!("ENVID={long}"),
    ] {
        let error = mail_parameters(text).unwrap_err();
        assert!(matches!(error, CommandError::BadParameter { .. }), "{text}: {error:?}");
        assert_eq!(error.reply().code_text(), "501 5.5.4");
    }
    for text in [
        "NOTIFY",
        "NOTIFY=",
        "NOTIFY=NEVER,SUCCESS",
        "NOTIFY=SUCCESS,",
        "NOTIFY=OFTEN",
        "ORCPT=a",
        "ORCPT=rfc822;",
        "ORCPT=;a",
        "ORCPT=rfc822;a+0Ab",
        "ORCPT=utf-8;a+b",
        &format!("ORCPT=rfc822;{}", "a".repeat(500)),
    ] {
        let error = rcpt_parameters(text).unwrap_err();
        assert!(matches!(error, CommandError::BadParameter { .. }), "{text}: {error:?}");
    }
    for text in ["BODY=7BIT BODY=8BITMIME", "SMTPUTF8 smtputf8", "SIZE=1 SIZE=1"] {
        let error = mail_parameters(text).unwrap_err();
        assert!(matches!(error, CommandError::DuplicateParameter { .. }), "{text}: {error:?}");
    }
    for text in ["FOO=BAR", "NOTIFY=NEVER", "X-Y"] {
        let error = mail_parameters(text).unwrap_err();
        assert!(matches!(error, CommandError::UnknownParameter { .. }), "{text}: {error:?}");
        assert_eq!(error.reply().code_text(), "555 5.5.4");
    }
    for text in ["=BAR", "-A=1", "<x>", "Ü=1"] {
        assert_eq!(mail_parameters(text), Err(CommandError::MalformedParameter), "{text}");
    }
}

#[test]
fn what_is_not_smtp_is_recognised() {
    for (start, name) in [
        (&b"GET / HTTP/1.1"[..], Some("HTTP")),
        (b"POST /x HTTP/1.1", Some("HTTP")),
        (b"\x16\x03\x01\x02\x00\x01", Some("TLS")),
        (b"SSH-2.0-OpenSSH_9", Some("SSH")),
        (b"\x03\x00\x00\x13\x0e", Some("RDP")),
        (b"\x80\x2e\x01\x00\x02", Some("SSL 2")),
        (b"EHLO get.test", None),
        (b"HELP", None),
        (b"", None),
        (b"GETX", None),
    ] {
        assert_eq!(looks_like_other_protocol(start), name, "{start:?}");
    }
}

proptest! {
    #[test]
    fn parsing_is_total_and_replies_are_refusals(line in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Err(error) = Command::parse(&line) {
            prop_assert!(error.reply().is_permanent());
        }
    }

    #[test]
    fn parsing_is_total_near_the_grammar(
        line in "(MAIL FROM|RCPT TO):<[@a\"\\\\.,:>\\[ü ]{0,12}>?( (SIZE|BODY|ORCPT|NOTIFY)?=?[0-9A-Z;+]{0,4}){0,2}",
    ) {
        match Command::parse(line.as_bytes()) {
            Ok(Command::Mail { .. } | Command::Rcpt { .. }) => {}
            Ok(other) => prop_assert!(false, "{:?}", other),
            Err(error) => prop_assert!(error.reply().is_permanent()),
        }
    }

    #[test]
    fn a_mailbox_comes_out_of_a_path_unchanged(
        local in "[a-z]{1,5}(\\.[a-z+=]{1,5})?|\"[ -!#-\\[\\]-~]{0,8}\"",
        route in "(@[a-z]{1,4}\\.test,?:)?",
    ) {
        let text = format!("{local}@c.test");
        prop_assume!(!route.contains(",:"));
        prop_assert_eq!(rcpt(&format!("<{route}{text}>")), Ok(RcptTo::Address(address(&text))));
    }
}
