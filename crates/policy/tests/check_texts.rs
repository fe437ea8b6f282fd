//! Every finding has its text in every language, reads in the catalog's English as it does in logs, and
//! no text is left over.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use causeway_catalog::Texts;
use causeway_catalog::sentence::Sentence;
use causeway_model::Said;
use causeway_model::config::{Language, Machine, MailFlow, Problem};
use causeway_model::said::Value;

const SOURCES: [&str; 16] = [
    include_str!("../src/check/mod.rs"),
    include_str!("../src/check/connectors.rs"),
    include_str!("../src/check/domains.rs"),
    include_str!("../src/check/inbound.rs"),
    include_str!("../src/check/machine.rs"),
    include_str!("../src/check/networks.rs"),
    include_str!("../../causeway/src/cli/commands/check.rs"),
    include_str!("../../causeway/src/cli/here.rs"),
    include_str!("../../causeway/src/cli/configuration.rs"),
    include_str!("../../model/src/config/parse/mod.rs"),
    include_str!("../../model/src/config/parse/connector.rs"),
    include_str!("../../model/src/config/parse/hosts.rs"),
    include_str!("../../model/src/config/parse/machine.rs"),
    include_str!("../../model/src/config/parse/mailflow.rs"),
    include_str!("../../model/src/config/parse/nearest.rs"),
    include_str!("../../model/src/config/parse/values.rs"),
];

/// The next string literal of a source, and what follows it.
fn literal(source: &str) -> (String, &str) {
    let mut text = String::new();
    let mut rest = source.split_once('"').unwrap().1.chars();
    loop {
        match rest.next().unwrap() {
            '"' => return (text, rest.as_str()),
            '\\' => text.push(rest.next().unwrap()),
            other => text.push(other),
        }
    }
}

/// Key to English text, with variables written as in the catalog.
fn said() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for source in SOURCES {
        for call in source.split("said!(").skip(1) {
            let (key, rest) = literal(call);
            let (english, _) = literal(rest);
            found.insert(key, english.replace('{', "{ $").replace('}', " }"));
        }
    }
    found
}

/// The same from the catalog.
fn written() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut key = String::new();
    for line in include_str!("../../../locales/en/check.ftl").lines() {
        let Some((name, text)) = line.split_once(" = ") else { continue };
        let name = name.trim_start();
        match name.strip_prefix('.') {
            Some(attribute) => found.insert(format!("{key}.{attribute}"), text.to_owned()),
            None => {
                name.clone_into(&mut key);
                found.insert(key.clone(), text.to_owned())
            }
        };
    }
    found
}

#[test]
fn every_finding_has_its_text_in_every_language_and_every_text_its_finding() {
    let (said, mut written) = (said(), written());
    assert!(said.len() > 60, "{said:?}");
    // The line that a finding stands in.
    for key in ["check-error", "check-warning"] {
        assert!(written.remove(key).is_some(), "{key}");
    }
    assert_eq!(said, written);
    for language in Language::ALL {
        let without: Vec<_> = said.keys().filter(|key| !Texts::get(language).has(key)).collect();
        assert!(without.is_empty(), "{language:?} has no text for {without:?}");
    }
}

/// Broken pieces of `mailflow.toml`, each by itself.
const BROKEN_FLOWS: &[&str] = &[
    "= broken",
    "[relai]\n[zzzzzz]\n",
    "nam = 1\n",
    "[routing]\ninternt = \"direct\"\nzzzz = 1\n",
    "relay = 5\n",
    "domain = 5\n",
    "[relay]\npop_before_smtp = true\n",
    "[relay]\nnetworks = \"192.0.2.0/24\"\n",
    "[relay]\nnetworks = 5\n",
    "[relay]\nnetworks = [5, 1.5, true, 2026-12-31, [], {}, \"x\", \"192.0.2.7/24\"]\n",
    "[[queue.expire_after]]\nx = 1\n",
    "[queue.expire_after]\nx = 1\n",
    "[relay]\naddresses = [5]\n",
    "[[relay.addresses]]\naddress = \"192.0.2.1\"\nsender_domains = []\nuntil = \"soon\"\n",
    "[[relay.addresses]]\nuntil = 5\n",
    "[relay]\nreject_style = 5\n[relay.pop_before_smtp]\nenabled = 1\nwindow = \"48h\"\n",
    "[relay]\nreject_style = \"quail\"\n",
    "[relay]\nreject_style = \"qmial\"\n",
    "[organization]\nname = 5\nlanguages = []\n",
    "[organization]\nname = \" \"\nlanguages = [5, \"xx\"]\nalert_recipients = [5, \"a\", \"@a.test\"]\n",
    "[organization]\nname = \"a\\u0001\"\npublic_url = \"x\"\nexpected_mx = [\"a.test:26\", 5]\n",
    "[organization]\npublic_url = \"https://a b/c\"\n",
    "[organization]\npublic_url = \"http://mail.a.test\"\n",
    "[organization]\nalert_recipients = [\"a b@a.test\", \"a@a..test\"]\n",
    "[alerts]\nwebhook = 5\nmessages = 0\ncertificate_ends = []\nafter = \"0s\"\n",
    "[alerts]\nwebhook = \"x\"\nmessages = \"5\"\nafter = \"x\"\nkeep = 5\nmail_every = true\n",
    "[queue]\nretry_after = []\nsend_again_space = \"x\"\n",
    "[queue]\nsend_again_space = true\nexpire_after = \"1h\"\nretry_after = [\"2h\"]\ndelay_notice_after = [\"2h\"]\n",
    "[[domain]]\nname = \"a.test\"\n[[domain]]\nname = \"a.test\"\n[[domain]]\nname = \"*.a.test\"\n",
    "[[domain]]\nname = \"a@a.test\"\n[[domain]]\nname = \"192.0.2.1\"\n[[domain]]\nname = \"a b.test\"\n",
    "[[domain]]\nname = \"xn--zz--zz.test\"\n[[domain]]\nname = \"[x]\"\n[[domain]]\nname = 5\n[[domain]]\n",
    "[routing]\ninternet = 5\n",
    "[routing]\ninternet = \"somehow\"\n",
    "[routing]\ninternet = 'via connector \"x\"'\n",
];

/// Lines of an outbound connector named "x", and of an inbound one.
const BROKEN_OUTBOUND: &[&str] = &[
    "",
    "use_mx = true\nsmart_hosts = [\"a.test\"]",
    "smart_hosts = [\"a.test\", \"a.test\", [], 5, \"a/b\", \"[x\", \"a.test:0\", \"a_b c\"]",
    "use_mx = true\nsender_domains = [\"*\"]\nrecipient_domains = [\"a.test\", \"a.test\"]",
    "use_mx = true\nrecipient_domains = [5, \"a.*.test\", \"\"]\nsource_addresses = [5, \"x\"]",
    "use_mx = true\ntls_domain = \"*.test\"\ncredentials = {}",
    "use_mx = true\ntls_domain = \"*\"\ncredentials = { user = \"u\", password_file = \"\" }",
    "use_mx = true\ntls_domain = \"a.test\"\ncredentials = { user = \"u\", password_file = 5 }",
    "tls = \"domain_validation\"\nsmart_hosts = [\"192.0.2.1\"]",
    "use_mx = true\n[[connector]]\nname = \"x\"\ndirection = \"outbound\"\npeer = \"partner\"\nuse_mx = true",
];
const BROKEN_INBOUND: &[&str] = &[
    "",
    "sender_domains = [\"*\"]\nidentity = [\"from\"]\nsource_addresses = [\"0.0.0.0/0\"]",
    "sender_domains = [\"*\"]\ntls_certificate_name = \"a.test\"\nrequire_tls = false",
    "[routing]\ninternet = 'via connector \"x\"'",
];
const BROKEN_MACHINES: &[&str] = &[
    "listener = []\n[dns]\nservers = [5, \"x\"]\ntimeout = \"2m\"\n[probes]\ntimeout = \"2m\"\n[store]\nurl = \"x\"\n",
    "[[listener]]\nprotocol = \"smtp\"\naddress = \"0.0.0.0:25\"\ntls = true\nidentity = [\"from\"]\n\
     allow_plain_login_on_loopback = true\n\
     [[listener]]\nprotocol = \"smtp\"\naddress = \"0.0.0.0:25\"\n",
    "[[listener]]\nprotocol = \"pop3\"\naddress = \"0.0.0.0\"\n\
     [[listener]]\nprotocol = \"pop3\"\naddress = \":110\"\n\
     [[listener]]\nprotocol = \"pop3\"\naddress = \"localhost:110\"\n\
     [[listener]]\nprotocol = \"pop3\"\naddress = \"x\"\n\
     [[listener]]\nprotocol = \"pop3\"\naddress = 5\n\
     [[listener]]\nprotocol = \"pop3\"\naddress = \"0.0.0.0:1\"\nprotect_own_domains = [\"from\"]\n",
    "[limits]\nmax_message_size = \"1 KiB\"\nmax_recipients = 5\nmax_connections = 5\n\
     max_connections_per_address = 6\nlogin_lock = \"48h\"\n",
    "[tls]\ncertificate = 5\nkey = \"\"\n",
];

/// Every problem that the parsers find in them.
fn broken() -> Vec<Problem> {
    let connector = |direction: &str, lines: &str| {
        format!(
            "[[connector]]\nname = \"x\"\ndirection = \"{direction}\"\npeer = \"partner\"\n{lines}\n"
        )
    };
    let long = |name: &str| format!("[[domain]]\nname = \"{name}\"\n");
    let address = format!("[organization]\npostmaster = \"{}@a.test\"\n", "a".repeat(65));
    let flows = BROKEN_FLOWS.iter().map(|text| (*text).to_owned());
    let flows = flows
        .chain(BROKEN_OUTBOUND.iter().map(|lines| connector("outbound", lines)))
        .chain(BROKEN_INBOUND.iter().map(|lines| connector("inbound", lines)))
        .chain([long(&"a".repeat(64)), address]);
    let flows = flows.flat_map(|text| MailFlow::read(&text, "mailflow.toml").problems);
    let machines = BROKEN_MACHINES.iter();
    let machines = machines.flat_map(|text| Machine::read(text, "causeway.toml").problems);
    flows.chain(machines).collect()
}

/// The keys of a sentence and of those in it.
fn keys(said: &Said, found: &mut BTreeSet<&'static str>) {
    found.insert(said.key);
    for (_, value) in &said.values {
        if let Value::Said(inner) = value {
            keys(inner, found);
        }
    }
}

#[test]
fn every_problem_of_the_files_is_said_in_every_language() {
    let problems = broken();
    let mut found = BTreeSet::new();
    for problem in &problems {
        keys(&problem.what, &mut found);
        keys(&problem.instead, &mut found);
        let sentence = Sentence::from(problem);
        assert_eq!(sentence, *problem.to_string());
        for language in [Language::De, Language::Nl, Language::Sv] {
            let spoken = sentence.speak(language).to_string();
            assert!(!spoken.contains("parse-") && spoken != *sentence, "{language:?}: {spoken}");
        }
    }
    assert!(!found.contains(""), "a problem has no key");
    let said = said();
    let unseen: Vec<_> = said
        .keys()
        .filter(|key| key.starts_with("parse-") && !found.contains(key.as_str()))
        .collect();
    assert!(unseen.is_empty(), "no broken text has {unseen:?}");
}
