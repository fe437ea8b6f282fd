//! The two files as people write them: what is read, and what is said about mistakes.

use std::time::Duration;

use causeway_model::config::{
    Connector, DomainPattern, DomainType, Host, IdentityField, InternetRoute, Language, Machine,
    MailFlow, OutboundRoute, Places, Protocol, Severity, StoreUrl, TlsLevel,
};

const MACHINE: &str = r#"
hostname = "mx.contoso.example"
data_dir = "/var/lib/causeway"

[[listener]]
name = "mx"
protocol = "smtp"
address = "0.0.0.0:25"

[[listener]]
name = "clients"
protocol = "submissions"
address = "[::]:465"

[tls]
certificate = "/etc/causeway/tls/fullchain.pem"
key = "/etc/causeway/tls/key.pem"

[dns]
servers = ["127.0.0.1:53", "2001:db8::53"]
timeout = "5s"
trust_ad = true

[store]
url = "sqlite"

[delivery]
mx_port = 2525
source_addresses = ["192.0.2.1"]
trust_roots = ["ca.pem"]
dane = false
mta_sts = false
mta_sts_port = 8443

[limits]
max_message_size = "50 MiB"
max_recipients = 1000
max_connections = 2000
max_connections_per_address = 50
max_hops = 30
"#;

const MAILFLOW: &str = r#"
[organization]
name = "Contoso"
postmaster = "postmaster@contoso.example"
languages = ["de", "en"]
alert_recipients = ["it@contoso.example"]
public_url = "https://mail.contoso.example/"

[queue]
expire_after = "48h"
delay_notice_after = ["4h"]
retry_after = ["1m", "5m", "10m"]
send_again_for = "7d"
send_again_space = "200 MiB"

[[domain]]
name = "contoso.example"
type = "authoritative"
match_subdomains = false

[[domain]]
name = "BÜCHER.example"
type = "internal_relay"

[[connector]]
name = "to on-premises"
direction = "outbound"
peer = "on_premises"
enabled = true
recipient_domains = ["corp.example", "*.corp.example", "*"]
smart_hosts = ["mail.corp.example", "192.0.2.7:2525", "[2001:db8::7]:26", "2001:db8::8", "mail:587"]
tls = "domain_validation"
tls_domain = "Mail.corp.example"
credentials = { user = "relay", password_file = "/etc/causeway/secrets/corp" }

[[connector]]
name = "from on-premises"
direction = "inbound"
peer = "on_premises"
enabled = true
sender_domains = ["*"]
source_addresses = ["203.0.113.0/28", "192.0.2.7"]
tls_certificate_name = "mail.corp.example"
require_tls = true

[routing]
internet = 'via connector "to on-premises"'

[relay]
networks = ["127.0.0.0/8", "::1/128"]
addresses = [{ address = "198.51.100.7", note = "branch office Ulm" }]
pop_before_smtp = { enabled = false, window = "15m" }
reject_style = "standard"

[identity]
enforce = ["envelope", "from", "sender", "reply_to"]

[dkim]
sign = ["reports"]
"#;

fn machine(text: &str) -> Vec<String> {
    match Machine::parse(text, "causeway.toml") {
        Ok((_, problems)) | Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

fn mailflow(text: &str) -> Vec<String> {
    match MailFlow::parse(text, "mailflow.toml") {
        Ok((_, problems)) | Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_machine_file_is_read() {
    let (machine, warnings) = Machine::parse(MACHINE, "causeway.toml").unwrap();
    assert_eq!(warnings, []);
    assert_eq!(machine.hostname.as_deref(), Some("mx.contoso.example"));
    assert_eq!(machine.listeners.len(), 2);
    assert_eq!(machine.listeners[1].protocol, Protocol::Submissions);
    assert_eq!(machine.listeners[1].address, "[::]:465".parse().unwrap());
    assert_eq!(machine.dns.servers[1], "[2001:db8::53]:53".parse().unwrap());
    assert_eq!(machine.limits.max_message_size, 50 * 1024 * 1024);
    assert_eq!(machine.delivery.mx_port, 2525);
    assert!(!machine.delivery.dane && !machine.delivery.mta_sts);
    assert_eq!(machine.delivery.mta_sts_port, 8443);
    assert_eq!(machine.dns.trust_ad, Some(true));
    assert!(machine.tls.is_some());
    let (machine, _) = Machine::parse("[store]\nurl = 'postgres://u@h/d'", "f").unwrap();
    assert_eq!(machine.store, StoreUrl::Postgres("postgres://u@h/d".into()));
}

#[test]
fn the_mailflow_file_is_read() {
    let (flow, warnings) = MailFlow::parse(MAILFLOW, "mailflow.toml").unwrap();
    assert_eq!(warnings, []);
    assert_eq!(flow.organization.languages, [Language::De, Language::En]);
    assert_eq!(flow.queue.retry_after.last(), Some(&Duration::from_secs(600)));
    assert_eq!(flow.domains[1].name.as_str(), "xn--bcher-kva.example");
    assert_eq!(flow.domains[1].domain_type, DomainType::InternalRelay);
    assert_eq!(flow.internet, InternetRoute::Via("to on-premises".into()));
    assert_eq!(flow.relay.addresses[0].address.to_string(), "198.51.100.7/32");
    assert_eq!(flow.relay.addresses[0].note.as_deref(), Some("branch office Ulm"));
    assert_eq!(flow.identity.enforce.len(), 4);
    let Connector::Outbound(out) = &flow.connectors[0] else { panic!() };
    assert_eq!(out.tls, TlsLevel::DomainValidation);
    assert_eq!(out.tls_domain.as_deref(), Some("mail.corp.example"));
    assert_eq!(out.recipient_domains[2], DomainPattern::Everything);
    let OutboundRoute::SmartHosts(hosts) = &out.route else { panic!() };
    let ports: Vec<u16> = hosts.iter().flatten().map(|host| host.port).collect();
    assert_eq!(ports, [25, 2525, 26, 25, 587]);
    assert_eq!(hosts[3][0].host, Host::Address("2001:db8::8".parse().unwrap()));
    assert!(matches!(&hosts[4][0].host, Host::Name(name) if name.as_str() == "mail"));
    let Connector::Inbound(inbound) = &flow.connectors[1] else { panic!() };
    assert_eq!(inbound.source_addresses[1].to_string(), "192.0.2.7/32");
    assert!(inbound.require_tls);
}

#[test]
fn what_is_not_written_has_its_default() {
    assert_eq!(Machine::parse("", "f").unwrap().0, Machine::default());
    assert_eq!(MailFlow::parse("\u{feff}# nothing\n", "f").unwrap().0, MailFlow::default());
    let (flow, _) = MailFlow::parse("[queue]\nexpire_after = '12h'\n", "f").unwrap();
    assert_eq!(flow.queue.retry_after, MailFlow::default().queue.retry_after);
}

#[test]
fn every_problem_is_reported_at_once_in_order_with_its_place() {
    let text = "\
[organization]
languages = []
nam = \"x\"

[queue]
expire_after = 48
delay_notice_after = [\"4h\", \"soon\"]

[[conector]]
name = \"x\"

[relay]
networks = [\"10.1.2.3/8\", \"192.0.2.0/24\", \"lan\"]
reject_style = \"quail\"
";
    assert_eq!(
        mailflow(text),
        [
            "mailflow.toml:2:13: error: languages is empty; write at least one of en, de, nl, sv; \
             the first is the default",
            "mailflow.toml:3:1: error: unknown key \"nam\" in [organization]; did you mean \
             \"name\"?",
            "mailflow.toml:6:16: error: expire_after: 48 has no unit; write a number with its unit \
             in quotes: \"48h\", \"15m\", \"5s\", \"1h30m\"",
            "mailflow.toml:7:29: error: delay_notice_after: \"soon\" is no time span; write a \
             number with its unit in quotes: \"48h\", \"15m\", \"5s\", \"1h30m\"",
            "mailflow.toml:9:3: error: unknown table \"conector\"; did you mean \"connector\"?",
            "mailflow.toml:13:13: error: networks: \"10.1.2.3/8\" is an address inside of a \
             network; write 10.0.0.0/8 for the whole network, or 10.1.2.3 for the one address",
            "mailflow.toml:13:43: error: networks: \"lan\" is no network; write an address with \
             the length of its network part, such as 192.0.2.0/24 or 2001:db8::/32, or a single \
             address",
            "mailflow.toml:14:16: error: reject_style: \"quail\" is not known; did you mean \
             \"qmail\"? (known are standard, qmail)",
        ]
    );
}

#[test]
fn broken_toml_is_reported_with_line_and_column() {
    let problems = mailflow("[queue]\nexpire_after = \n");
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].starts_with("mailflow.toml:2:16: error: this is not TOML: "),
        "{problems:?}"
    );
    assert!(
        machine("hostname = \"a\"\nhostname = \"b\"\n")[0].starts_with("causeway.toml:2:1: error")
    );
    assert!(machine("\"ü\" = [").first().is_some_and(|p| p.starts_with("causeway.toml:1:")));
}

/// One connector with these lines in it, and what is said about them.
fn connector(lines: &str) -> Vec<String> {
    let problems = mailflow(&format!("[[connector]]\nname = \"c\"\npeer = \"partner\"\n{lines}\n"));
    problems.iter().map(|p| p.trim_start_matches("mailflow.toml:").to_owned()).collect()
}

#[test]
fn an_outbound_connector_has_exactly_one_way_out() {
    let out = "direction = \"outbound\"\n";
    for (lines, expected) in [
        ("use_mx = true", None),
        ("smart_hosts = [\"a.test\"]\nuse_mx = false", None),
        ("", Some("1:1: error: connector \"c\" has nowhere to send mail to")),
        ("use_mx = false", Some("1:1: error: connector \"c\" has nowhere to send mail to")),
        ("smart_hosts = []", Some("1:1: error: connector \"c\" has nowhere to send mail to")),
        (
            "smart_hosts = [\"a.test\"]\nuse_mx = true",
            Some("6:10: error: connector \"c\" has both smart_hosts and use_mx = true"),
        ),
        ("smart_hosts = \"a.test\"", Some("5:15: error: smart_hosts: must be a list, not one")),
        ("smart_hosts = [7]", Some("5:16: error: smart_hosts: must be a string, not an integer")),
        ("use_mx = \"yes\"", Some("5:10: error: use_mx: must be true or false, not a string")),
    ] {
        let problems = connector(&format!("{out}{lines}"));
        match expected {
            None => assert_eq!(problems, [""; 0], "{lines}"),
            Some(start) => {
                assert_eq!(problems.len(), 1, "{lines}: {problems:?}");
                assert!(problems[0].starts_with(start), "{lines}: {problems:?}");
            }
        }
    }
}

#[test]
fn an_inbound_connector_says_who_its_peer_is() {
    let inbound = "direction = \"inbound\"\n";
    for (lines, expected) in [
        ("sender_domains = [\"*\"]\ntls_certificate_name = \"*.a.test\"", None),
        ("sender_domains = [\"a.test\"]\nsource_addresses = [\"2001:db8::/64\"]", None),
        ("sender_domains = [\"*\"]", Some("does not say how its peer is recognised")),
        ("source_addresses = [\"192.0.2.1\"]", Some("has no sender_domains")),
        ("sender_domains = []\nsource_addresses = [\"192.0.2.1\"]", Some("has no sender_domains")),
        (
            "sender_domains = [\"*\"]\nsource_addresses = [\"0.0.0.0/0\"]",
            Some("anybody would be this connector's peer"),
        ),
        (
            "sender_domains = [\"a.*.test\"]\nsource_addresses = [\"192.0.2.1\"]",
            Some("a star in the wrong place"),
        ),
        (
            "sender_domains = [\"*\"]\nsource_addresses = [\"192.0.2.1\"]\nsmart_hosts = [\"a\"]",
            Some("smart_hosts belongs to outbound connectors"),
        ),
        (
            "sender_domains = [\"*\"]\ntls_certificate_name = \"*.test\"",
            Some("\"*.test\" would be every certificate below a top-level domain"),
        ),
        (
            "sender_domains = [\"*\"]\ntls_certificate_name = \"a.test\"\nrequire_tls = false",
            Some("warning: the peer is recognised by its certificate only"),
        ),
    ] {
        let problems = connector(&format!("{inbound}{lines}"));
        match expected {
            None => assert_eq!(problems, [""; 0], "{lines}"),
            Some(part) => {
                assert_eq!(problems.len(), 1, "{lines}: {problems:?}");
                assert!(problems[0].contains(part), "{lines}: {problems:?}");
            }
        }
    }
}

#[test]
fn names_are_unique_and_refer_to_something() {
    let two = "[[connector]]\nname = \"c\"\npeer = \"partner\"\ndirection = \"outbound\"\nuse_mx = true\n";
    assert!(mailflow(&two.repeat(2))[0].contains("two connectors with the name \"c\""));
    let internet = |way: &str| mailflow(&format!("{two}[routing]\ninternet = '{way}'\n"));
    assert_eq!(internet("via connector \"c\""), [""; 0]);
    assert_eq!(internet("via connector c"), [""; 0]);
    assert_eq!(internet("direct"), [""; 0]);
    assert!(internet("via connector \"cc\"")[0].ends_with("did you mean \"c\"?"));
    assert!(internet("via")[0].contains("is not a way to the internet"));
    assert!(internet("via connector \"\"")[0].contains("is not a way to the internet"));
    assert!(internet("viaconnector")[0].contains("is not a way to the internet"));
    // A connector with a problem of its own is not said to be missing as well.
    let problems = mailflow(&format!(
        "{}[routing]\ninternet = 'via connector \"c\"'\n",
        two.replace("use_mx = true", "use_mx = 1")
    ));
    assert_eq!(problems.len(), 1, "{problems:?}");
    let domains = "[[domain]]\nname = \"a.test\"\n[[domain]]\nname = \"A.test.\"\n";
    assert!(mailflow(domains)[0].contains("the domain a.test is there twice"));
    let listener = "[[listener]]\nname = \"mx\"\nprotocol = \"smtp\"\naddress = \"127.0.0.1:25\"\n";
    let problems = machine(&listener.repeat(2));
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("two listeners") && problems[1].contains("already the address"));
}

#[test]
fn mistakes_with_values_are_told_with_what_is_right() {
    for (text, part) in [
        ("[[listener]]\nprotocol = \"smtp\"\naddress = \":25\"", "write 0.0.0.0:25 or [::]:25"),
        ("[[listener]]\nprotocol = \"smtp\"\naddress = \"localhost:25\"", "write 127.0.0.1:25"),
        ("[[listener]]\nprotocol = \"smtp\"\naddress = \"::1\"", "add the port, like [::1]:25"),
        ("[[listener]]\nprotocol = \"smtps\"\naddress = \"[::1]:25\"", "did you mean \"smtp\"?"),
        ("[[listener]]\naddress = \"[::1]:25\"", "[[listener]] has no protocol; add protocol ="),
        ("[listener]\nname = \"x\"", "write [[listener]] in double brackets"),
        ("[[tls]]\nkey = \"x\"", "write [tls] once, not [[tls]]"),
        ("[tls]\nkey = \"x\"", "[tls] has no certificate"),
        ("[limits]\nmax_message_size = \"50 megs\"", "write a size such as \"50 MiB\""),
        ("[limits]\nmax_message_size = \"1k\"", "warning: messages of less than 64 KiB"),
        ("[limits]\nmax_hops = 0", "write a number from 1 to 1000"),
        ("[delivery]\nmx_port = 65536", "write a number from 1 to 65535"),
        ("[store]\nurl = \"mysql://u:secret@h\"", "is no store that Causeway knows"),
        ("hostname = \"a b\"", "the domain has a character"),
        ("hostname = \"[192.0.2.1]\"", "it is an IP address"),
        ("[dns]\ntimeout = \"2h\"", "is longer than a minute"),
        ("[dns]\nservers = [\"ns.test\"]", "write it like 192.0.2.53"),
        ("data-dir = \"x\"", "unknown key \"data-dir\" outside of a table; did you mean"),
    ] {
        let problems = machine(text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert!(problems[0].contains(part), "{text}: {problems:?}");
        assert!(!problems[0].contains("secret"), "{problems:?}");
    }
    for (text, part) in [
        ("[[domain]]\nname = \"a@b.test\"", "write only what follows the at-sign"),
        ("[[domain]]\nname = \"*.b.test\"", "match_subdomains = true"),
        ("[[domain]]\nname = \"192.0.2.1\"", "it is an IP address"),
        ("[[domain]]\ntype = \"authoritative\"", "[[domain]] has no name"),
        ("[[domain]]\nname = \"b.test\"\ntype = \"relay\"", "write one of authoritative, internal"),
        ("[organization]\npostmaster = \"root\"", "the address has no domain"),
        ("[organization]\nlanguages = [\"fr\"]", "write one of en, de, nl, sv"),
        ("[queue]\nretry_after = []", "retry_after is empty"),
        ("[queue]\nexpire_after = \"0s\"", "must be more than nothing"),
        ("[queue]\ndelay_notice_after = [\"72h\"]", "warning: a delay notice would come after"),
        ("[identity]\nenforce = [\"reply-to\"]", "did you mean \"reply_to\"?"),
        ("[relay]\naddresses = [\"192.0.2.1\", 7]", "addresses: must be an address or a table"),
        ("[relay]\naddresses = [{ note = \"x\" }]", "has no address"),
        ("[relay]\npop_before_smtp = true", "pop_before_smtp must be a table, not a boolean"),
    ] {
        let problems = mailflow(text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert!(problems[0].contains(part), "{text}: {problems:?}");
    }
}

#[test]
fn places_point_into_the_file() {
    let places = Places::of(MAILFLOW, "mailflow.toml");
    let (line, _) = places.find("connector[1].source_addresses[0]").unwrap();
    assert!(MAILFLOW.lines().nth(line - 1).unwrap().starts_with("source_addresses"));
}

proptest::proptest! {
    #[test]
    fn any_text_gives_a_value_or_problems(text in "\\PC{0,200}|([a-z_\\[\\]\"=., \n0-9{}]){0,120}") {
        for problems in [Machine::parse(&text, "f").err(), MailFlow::parse(&text, "f").err()] {
            let Some(problems) = problems else { continue };
            proptest::prop_assert!(problems.iter().any(|p| p.severity == Severity::Error));
            proptest::prop_assert!(problems.iter().all(|p| p.line >= 1 && p.column >= 1));
        }
    }

    /// Good files with one stretch cut out or doubled: the mistakes people really make.
    #[test]
    fn damaged_files_never_panic(start in 0usize..1800, length in 1usize..40, twice in proptest::prelude::any::<bool>()) {
        for good in [MACHINE, MAILFLOW] {
            let chars: Vec<char> = good.chars().collect();
            let start = start.min(chars.len());
            let end = (start + length).min(chars.len());
            let mut text: String = chars[..if twice { end } else { start }].iter().collect();
            text.extend(&chars[if twice { start } else { end }..]);
            for problem in machine(&text).into_iter().chain(mailflow(&text)) {
                proptest::prop_assert!(!problem.is_empty());
            }
            let _ = Places::of(&text, "f");
        }
    }
}

#[test]
fn listeners_and_limits_say_who_may_log_in_and_how_much_may_be_sent() {
    let text = "
        [[listener]]
        protocol = \"submission\"
        address = \"127.0.0.1:587\"
        allow_plain_login_on_loopback = true
        announce_channel_binding = true

        [limits]
        login_failures_per_account = 3
        login_lock = \"1h\"
        login_lock_exempt = [\"192.0.2.7\", \"2001:db8::/32\"]
        account_messages_per_hour = 0
        sender_recipients_per_hour = 7
    ";
    let (machine, problems) = Machine::parse(text, "causeway.toml").unwrap();
    assert_eq!(problems, []);
    let listener = &machine.listeners[0];
    assert!(listener.allow_plain_login_on_loopback && listener.announce_channel_binding);
    let limits = machine.limits;
    assert_eq!((limits.login_failures_per_account, limits.login_failures_per_address), (3, 30));
    assert_eq!(limits.login_lock, Duration::from_secs(3600));
    assert_eq!((limits.per_account.messages, limits.per_account.recipients), (0, 5000));
    assert_eq!((limits.per_sender.messages, limits.per_sender.recipients), (0, 7));
    assert_eq!(machine.login_lock_exempt.len(), 2);

    let none = "[[listener]]\nprotocol = \"smtp\"\naddress = \"127.0.0.1:25\"\nallow_plain_login_on_loopback = true";
    let (_, problems) = Machine::parse(none, "causeway.toml").unwrap();
    assert!(problems[0].what.contains("no login without TLS"), "{problems:?}");
    for (wrong, instead) in [
        ("[limits]\nlogin_lock = \"2d\"", "24h"),
        ("[limits]\nlogin_failures_per_account = 0", "from 1"),
        ("[limits]\naccount_messages_per_hour = -1", "from 0"),
        ("[limits]\nacount_messages_per_hour = 1", "account_messages_per_hour"),
    ] {
        let problems = Machine::parse(wrong, "causeway.toml").unwrap_err();
        assert!(problems[0].instead.contains(instead), "{wrong}: {problems:?}");
    }
}

#[test]
fn own_domains_are_protected_in_the_fields_that_are_named() {
    let (flow, _) = MailFlow::parse("", "mailflow.toml").unwrap();
    assert_eq!(flow.identity.protect_own_domains, [IdentityField::Envelope]);
    let text = "[identity]\nprotect_own_domains = [\"envelope\", \"from\"]";
    let (flow, _) = MailFlow::parse(text, "mailflow.toml").unwrap();
    assert_eq!(flow.identity.protect_own_domains, [IdentityField::Envelope, IdentityField::From]);
    let text = "[identity]\nprotect_own_domains = [\"sender\"]";
    assert!(MailFlow::parse(text, "mailflow.toml").is_err());
}

#[test]
fn what_belongs_to_another_listener_is_an_error_with_the_right_place() {
    let problems = |protocol: &str, key: &str| {
        let text = format!(
            "[[listener]]\nprotocol = \"{protocol}\"\naddress = \"127.0.0.1:0\"\n{key} = [\"from\"]\n"
        );
        Machine::parse(&text, "causeway.toml").err().map(|problems| problems[0].to_string())
    };
    assert_eq!(problems("submission", "identity"), None);
    assert_eq!(problems("submissions", "identity"), None);
    assert_eq!(problems("smtp", "protect_own_domains"), None);
    let wrong = problems("smtp", "identity").unwrap();
    assert!(wrong.contains(":4:") && wrong.contains("protect_own_domains"), "{wrong}");
    assert!(problems("submission", "protect_own_domains").unwrap().contains("\"smtp\""));
    let text =
        "[[listener]]\nprotocol = \"submission\"\naddress = \"127.0.0.1:0\"\nidentity = []\n";
    let machine = Machine::parse(text, "causeway.toml").unwrap().0;
    assert_eq!(machine.listeners[0].identity, Some(Vec::new()), "nothing is not the default");
}

#[test]
fn an_end_that_is_no_day_is_an_error() {
    for bad in
        ["\"tomorrow\"", "\"2026-13-01\"", "\"31.12.2026\"", "12:00:00", "2026-12-31T10:00:00", "7"]
    {
        let text = format!("[relay]\naddresses = [{{ address = \"192.0.2.1\", until = {bad} }}]\n");
        let problems = MailFlow::parse(&text, "mailflow.toml").unwrap_err();
        assert!(problems[0].to_string().contains("2026-12-31"), "{bad}: {}", problems[0]);
    }
}

#[test]
fn the_address_of_the_pages_is_a_secure_one() {
    for (url, read) in [
        ("https://mail.contoso.example", true),
        ("https://mail.contoso.example:8443/", true),
        ("http://127.0.0.1:8025", true),
        ("http://mail.contoso.example", false),
        ("https://mail.contoso.example/mail", false),
        ("https://user@mail.contoso.example", false),
        ("https://mail.contoso.example:port", false),
        ("https://", false),
        ("mail.contoso.example", false),
        ("javascript:alert(1)", false),
    ] {
        let problems = mailflow(&format!("[organization]\npublic_url = \"{url}\"\n"));
        assert_eq!(problems.is_empty(), read, "{url}: {problems:?}");
    }
}
