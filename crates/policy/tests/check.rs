//! What is said about configurations that are valid and do not make sense.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use causeway_model::Timestamp;
use causeway_model::config::{Machine, MailFlow, Places};
use causeway_policy::{check, check_readers};
use common::mailboxes;

fn problems(flow: &str, machine: &str) -> Vec<String> {
    let parsed = MailFlow::parse(flow, "mailflow.toml").unwrap().0;
    let parsed_machine = Machine::parse(machine, "causeway.toml").unwrap().0;
    check(
        &parsed,
        &parsed_machine,
        &Places::of(flow, "mailflow.toml"),
        &Places::of(machine, "causeway.toml"),
        Timestamp::parse_rfc3339("2026-11-21T09:00:00Z").unwrap(),
    )
    .iter()
    .map(ToString::to_string)
    .collect()
}

/// What is found in files with errors, beyond those.
fn found_in_the_rest(flow: &str, machine: &str) -> Vec<String> {
    let read = MailFlow::read(flow, "mailflow.toml");
    let read_machine = Machine::read(machine, "causeway.toml");
    let errors = read.problems.iter().chain(&read_machine.problems);
    assert!(errors.count() > 0, "{flow}{machine}");
    check(
        &read.value,
        &read_machine.value,
        &Places::of(flow, "mailflow.toml").without(read.unread),
        &Places::of(machine, "causeway.toml").without(read_machine.unread),
        Timestamp::parse_rfc3339("2026-11-21T09:00:00Z").unwrap(),
    )
    .iter()
    .map(ToString::to_string)
    .collect()
}

fn outbound(name: &str, rest: &str) -> String {
    format!(
        "[[connector]]\nname = \"{name}\"\npeer = \"partner\"\ndirection = \"outbound\"\n{rest}\n"
    )
}

const SMART: &str = "smart_hosts = [\"mail.corp.test\"]";

fn one(flow: &str, machine: &str, start: &str, part: &str) {
    let found = problems(flow, machine);
    assert_eq!(found.len(), 1, "{flow}{machine}: {found:?}");
    assert!(found[0].starts_with(start) && found[0].contains(part), "{found:?}");
}

#[test]
fn defaults_and_sound_configurations_have_no_problems() {
    assert_eq!(problems("", ""), [""; 0]);
    let flow = format!(
        "[[domain]]\nname = \"ours.test\"\n[[domain]]\nname = \"relay.ours.test\"\n\
         type = \"internal_relay\"\n{}{}{}",
        outbound("a", &format!("recipient_domains = [\"relay.ours.test\", \"*.b.test\"]\n{SMART}")),
        outbound("b", &format!("recipient_domains = [\"*\", \"b.test\"]\n{SMART}")),
        outbound("off", &format!("recipient_domains = [\"*\"]\nenabled = false\n{SMART}")),
    );
    assert_eq!(problems(&flow, ""), [""; 0]);
}

#[test]
fn two_connectors_for_the_same_domain_are_an_error() {
    let take = format!("recipient_domains = [\"a.test\",\n \"*.b.test\"]\n{SMART}");
    let flow = outbound("one", &take) + &outbound("two", &take.replace("a.test", "c.test"));
    one(
        &flow,
        "",
        "mailflow.toml:13:2: error: the connectors \"one\" and \"two\" both take \"*.b.test\"",
        "disable one",
    );
}

#[test]
fn an_internal_relay_domain_needs_a_connector_that_leads_on() {
    let domain = "[[domain]]\nname = \"relay.test\"\ntype = \"internal_relay\"\n";
    one(domain, "", "mailflow.toml:1:1: warning: relay.test is an internal relay", "no enabled");
    let mx = outbound("mx", "recipient_domains = [\"relay.test\"]\nuse_mx = true");
    one(&format!("{domain}{mx}"), "", "mailflow.toml:1:1: warning", "(a loop)");
    let exact = outbound("x", &format!("recipient_domains = [\"relay.test\"]\n{SMART}"));
    one(
        &format!("{domain}match_subdomains = true\n{exact}"),
        "",
        "mailflow.toml:1:1: warning: subdomains of relay.test are accepted",
        "add \"*.relay.test\"",
    );
}

#[test]
fn connectors_that_take_nothing_are_named() {
    one(&outbound("idle", SMART), "", "mailflow.toml:1:1: warning", "it takes no mail");
    let hub = outbound("hub", SMART) + "[routing]\ninternet = 'via connector \"hub\"'\n";
    assert_eq!(problems(&hub, ""), [""; 0]);
    one(
        &hub.replace("[routing]", "enabled = false\n[routing]"),
        "",
        "mailflow.toml:8:12: warning: the connector \"hub\" is disabled",
        "goes direct",
    );
    let all = outbound("all", &format!("recipient_domains = [\"*\"]\n{SMART}")) + &hub;
    one(
        &all,
        "",
        "mailflow.toml:13:12: warning: the connector \"all\" takes \"*\"",
        "none is left",
    );
    let ours = "[[domain]]\nname = \"ours.test\"\n";
    let takes = outbound("x", &format!("recipient_domains = [\"ours.test\"]\n{SMART}"));
    one(&format!("{ours}{takes}"), "", "mailflow.toml:7:22: warning", "gets none of them");
}

#[test]
fn a_smart_host_that_is_this_server_is_an_error() {
    let machine = "hostname = \"mx.ours.test\"\n[[listener]]\nprotocol = \"smtp\"\n\
                   address = \"0.0.0.0:2525\"\n[tls]\ncertificate = \"a\"\nkey = \"b\"\n\
                   [delivery]\nsource_addresses = [\"192.0.2.1\"]\n";
    let to = |host: &str| {
        outbound("x", &format!("recipient_domains = [\"a.test\"]\nsmart_hosts = [\"{host}\"]"))
    };
    for host in ["127.0.0.1:2525", "192.0.2.1:2525", "mx.ours.test:2525", "localhost:2525"] {
        one(&to(host), machine, "mailflow.toml:6:16: error", "mail would go in circles");
    }
    for host in ["127.0.0.1:2526", "192.0.2.2:2525", "mx.ours.test", "other.test:2525"] {
        assert_eq!(problems(&to(host), machine), [""; 0], "{host}");
    }
}

#[test]
fn the_internal_relay_warning_is_about_the_connector_that_takes_the_mail() {
    let domain = "[[domain]]\nname = \"relay.test\"\ntype = \"internal_relay\"\n";
    let all = outbound("all", "recipient_domains = [\"*\"]\nuse_mx = true");
    one(&format!("{domain}{all}"), "", "mailflow.toml:1:1: warning", "connector \"all\"");
    let own = outbound("own", &format!("recipient_domains = [\"relay.test\"]\n{SMART}"));
    assert_eq!(problems(&format!("{domain}{all}{own}"), ""), [""; 0]);
}

#[test]
fn a_wildcard_below_somebody_elses_domain_is_doubtful_for_own_servers() {
    let flow = |name: &str, peer: &str| {
        format!(
            "[[domain]]\nname = \"ours.test\"\n[[connector]]\nname = \"own\"\n\
             direction = \"inbound\"\npeer = \"{peer}\"\nsender_domains = [\"*\"]\n\
             tls_certificate_name = \"{name}\"\n"
        )
    };
    let doubtful = flow("*.hoster.test", "on_premises");
    one(&doubtful, "", "mailflow.toml:8:24: warning", "every name below hoster.test is yours");
    for (name, peer) in [
        ("*.ours.test", "on_premises"),
        ("*.mail.ours.test", "on_premises"),
        ("mx.hoster.test", "on_premises"),
        ("*.hoster.test", "partner"),
    ] {
        assert_eq!(problems(&flow(name, peer), ""), [""; 0], "{name} {peer}");
    }
}

#[test]
fn networks_that_hold_strangers_are_errors() {
    let relay = |networks: &str| format!("[relay]\nnetworks = [{networks}]\n");
    one(&relay("\"0.0.0.0/0\""), "", "mailflow.toml:2:13: error: 0.0.0.0/0 holds", "open relay");
    one(&relay("\"::1/128\", \"::/0\""), "", "mailflow.toml:2:24: error: ::/0 holds", "open relay");
    one(&relay("\"10.0.0.0/8\""), "", "mailflow.toml:2:13: warning", "a private range");
    let many: Vec<String> = (64..=128).map(|n| format!("\"{n}.0.0.0/8\"")).collect();
    let found = problems(&relay(&many.join(", ")), "");
    assert!(found.iter().any(|p| p.contains("a quarter of all IPv4")), "{found:?}");
    // Own servers may relay as well: what they hold is counted with the rest, wherever it is written.
    let own = |networks: &[String]| {
        format!(
            "[[connector]]\nname = \"own {}\"\ndirection = \"inbound\"\npeer = \"on_premises\"\n\
             sender_domains = [\"*\"]\nsource_addresses = [{}]\n",
            networks.len(),
            networks.join(", ")
        )
    };
    let quarter = "hold a quarter of all IPv4 addresses";
    let parts = (20..=83).flat_map(|n| (0..=255).map(move |m| format!("\"{n}.{m}.0.0/16\"")));
    let many: Vec<String> = parts.collect();
    one(&own(&many), "", "mailflow.toml:6:20: error: together", quarter);
    let (some, rest) = many.split_at(10_000);
    one(&(own(some) + &own(rest)), "", "mailflow.toml:12:20: error: together", quarter);
    one(&(relay(&some.join(", ")) + &own(rest)), "", "mailflow.toml:8:20: error", quarter);
    for harmless in [
        own(some),
        own(&many).replace("on_premises", "partner"),
        own(&many).replace("name", "enabled = false\nname"),
    ] {
        assert_eq!(problems(&harmless, ""), [""; 0], "{harmless}");
    }
    let wide = "is a wide range of public addresses";
    one(&relay("\"1.0.0.0/8\""), "", "mailflow.toml:2:13: warning: 1.0.0.0/8", wide);
    for strangers in ["2002::/16", "64:ff9b::/96", "2001::/32"] {
        let start = format!("mailflow.toml:2:13: error: {strangers}");
        one(&relay(&format!("\"{strangers}\"")), "", &start, "any IPv4 host");
    }
    let address = "[relay]\naddresses = [{ address = \"0.0.0.0/4\" }]\n";
    one(address, "", "mailflow.toml:2:14: error: 0.0.0.0/4", "open relay");
    let inbound = |peer: &str| {
        format!(
            "[[connector]]\nname = \"in\"\ndirection = \"inbound\"\npeer = \"{peer}\"\n\
             sender_domains = [\"*\"]\nsource_addresses = [\"64.0.0.0/2\"]\n"
        )
    };
    one(&inbound("on_premises"), "", "mailflow.toml:6:21: error", "lets its peer relay");
    one(&inbound("partner"), "", "mailflow.toml:6:21: warning", "64.0.0.0/2");
}

#[test]
fn listeners_that_must_not_be_or_cannot_be_are_errors() {
    let listen = |name: &str, protocol: &str, address: &str| {
        format!(
            "[[listener]]\nname = \"{name}\"\nprotocol = \"{protocol}\"\naddress = \"{address}\"\n"
        )
    };
    let tls = "[tls]\ncertificate = \"a\"\nkey = \"b\"\n";
    one(
        "",
        &(listen("a", "admin", "0.0.0.0:8025") + "tls = false\n" + tls),
        "causeway.toml:5:7: error: the admin listener \"a\"",
        "remove tls = false",
    );
    one(
        "",
        &(listen("a", "smtp", "0.0.0.0:25") + &listen("b", "smtp", "192.0.2.1:25") + tls),
        "causeway.toml:8:11: error: 192.0.2.1:25 of the listener \"b\" is part of 0.0.0.0:25",
        "another port",
    );
    one("", &listen("a", "smtp", "0.0.0.0:25"), "causeway.toml: warning", "self-signed");
    let pop = "[relay]\npop_before_smtp = { enabled = true }\n";
    one(pop, &listen("a", "smtp", "127.0.0.1:2525"), "causeway.toml:1:1: warning", "pop3");
    let domain = "[[domain]]\nname = \"a.test\"\n";
    one(
        domain,
        &listen("a", "pop3", "127.0.0.1:2110"),
        "causeway.toml:1:1: warning",
        "speaks smtp",
    );
}

#[test]
fn smaller_doubts_are_warnings() {
    let login = outbound(
        "x",
        &format!(
            "recipient_domains = [\"a.test\"]\n{SMART}\n\
             credentials = {{ user = \"u\", password_file = \"f\" }}"
        ),
    );
    one(
        &login,
        "",
        "mailflow.toml:1:1: warning",
        "a password is only sent to a server with a valid",
    );
    let twice = "[[domain]]\nname = \"a.test\"\nmatch_subdomains = true\n\
                 [[domain]]\nname = \"b.a.test\"\n";
    one(twice, "", "mailflow.toml:4:1: warning: b.a.test is accepted already", "remove the entry");
}

#[test]
fn addresses_that_nobody_reads_are_found_where_mailboxes_are_known() {
    let mut flow = common::ours();
    let readers = |flow: &MailFlow| {
        let policy = common::policy(flow.clone());
        check_readers(&policy, &mailboxes(), &Places::none("mailflow.toml"))
    };
    let found = readers(&flow);
    assert!(found[0].what.contains("nobody reads mail to postmaster@ours.test"), "{found:?}");
    flow.organization.alert_recipients = vec![common::address("gone@ours.test")];
    flow.organization.postmaster = Some(common::address("alice@ours.test"));
    let found = readers(&flow);
    assert_eq!(found.len(), 1);
    assert!(found[0].what.contains("there is no mailbox gone@ours.test"), "{found:?}");
    flow.organization.alert_recipients = vec![common::address("it@ext.test")];
    assert_eq!(readers(&flow), []);
}

#[test]
fn a_right_that_has_ended_is_a_warning_and_one_that_will_end_is_not() {
    let flow = |until: &str| {
        format!("[relay]\naddresses = [{{ address = \"198.51.100.7\", until = {until} }}]\n")
    };
    let warned = |text: &str| {
        problems(text, "").iter().any(|p| p.contains("was allowed to relay until 2026-11-20"))
    };
    assert!(warned(&flow("\"2026-11-20\"")));
    assert!(!warned(&flow("\"2026-11-21\"")), "the day itself still counts");
}

#[test]
fn what_cannot_be_read_hides_nothing_else() {
    let take = |domain: &str| format!("recipient_domains = [\"{domain}\"]\n{SMART}");
    let broken = "[[connector]]\nname = \"broken\"\npeer = \"partner\"\ndirection = \"outwards\"\n";
    let flow = [
        broken.to_owned(),
        outbound("one", &take("a.test")),
        outbound("two", &take("a.test")).replace("mail.corp", "mail corp"),
        "[relay]\nnetworks = [\"300.0.0.0/8\", \"::1/128\",\n\"64.0.0.0/4\"]\n".to_owned(),
    ]
    .concat();
    let found = found_in_the_rest(&flow, "[delivery]\nmx_port = 26\n[dns]\ntimeout = 5\n");
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("causeway.toml:2:11: warning: MX hosts"), "{found:?}");
    assert!(
        found[1].starts_with("mailflow.toml:15:22: error: the connectors \"one\""),
        "{found:?}"
    );
    // Counted as in the file: the first network could not be read.
    assert!(found[2].starts_with("mailflow.toml:19:1: error: 64.0.0.0/4 holds"), "{found:?}");
}

#[test]
fn nothing_is_concluded_from_what_cannot_be_read() {
    let domain = "[[domain]]\nname = \"relay.test\"\ntype = \"internal_relay\"\n";
    let takes = outbound("x", &format!("recipient_domains = [\"relay.test\"]\n{SMART}"));
    let login = "credentials = { user = \"u\", password_file = \"f\" }";
    for (flow, machine) in [
        // Who takes the domain may be the one that cannot be read.
        (format!("{domain}{}", takes.replace("outbound", "out")), ""),
        (format!("{domain}{}", takes.replace("recipient_domains", "recipient_domain")), ""),
        (format!("{domain}{}", takes.replace("[[connector]]", "[[conector]]")), ""),
        (format!("{domain}{}", takes.replace("\"relay.test\"", "\"relay test\"")), ""),
        // In use or not.
        (format!("{takes}enabled = \"no\"\n{}", takes.replace("\"x\"", "\"y\"")), ""),
        (domain.replace("internal_relay", "internal"), ""),
        (
            outbound("x", &format!("recipient_domains = [\"a.test\"]\n{SMART}\n{login}\ntls = 3")),
            "",
        ),
        ("[relay]\npop_before_smtp = { enabled = \"yes\" }\n".to_owned(), ""),
        (
            "[relay]\naddresses = [{ address = \"127.1.0.0/16\", until = \"soon\" }]\n".to_owned(),
            "",
        ),
        (
            "[[domain]]\nname = \"a.test\"\n".to_owned(),
            "[[listener]]\nprotocol = \"smtp\"\naddress = \"here\"\n",
        ),
        (
            String::new(),
            "[[listener]]\nprotocol = \"smtp\"\naddress = \"0.0.0.0:25\"\n[tls]\ncertificate = 3\n",
        ),
        ("= not TOML".to_owned(), ""),
        (takes.replace("mail.corp.test", "127.0.0.1:2525"), "= not TOML"),
    ] {
        assert_eq!(found_in_the_rest(&flow, machine), [""; 0], "{flow}{machine}");
    }
}

#[test]
fn rights_to_relay_that_change_nothing_are_named() {
    let relay = |networks: &str, addresses: &str| {
        format!("[relay]\nnetworks = [{networks}]\naddresses = [{addresses}]\n")
    };
    one(
        &relay("\"192.0.2.0/24\", \"192.0.2.0/25\"", ""),
        "",
        "mailflow.toml:2:29: warning: 192.0.2.0/25 is part of 192.0.2.0/24",
        "changes nothing",
    );
    one(
        &relay("", "{ address = \"192.0.2.7\" }, { address = \"192.0.2.7\", note = \"Ulm\" }"),
        "",
        "mailflow.toml:3:41: warning: 192.0.2.7 has an entry already",
        "keep one",
    );
    one(
        &relay("\"192.0.2.0/24\"", "{ address = \"192.0.2.7\", until = \"2027-01-01\" }"),
        "",
        "mailflow.toml:3:14: warning: 192.0.2.7 keeps the right to relay after 2027-01-01",
        "without an end",
    );
    // The narrower one takes a right away.
    let bounded = "{ address = \"192.0.2.7\", sender_domains = [\"a.test\"] }";
    assert_eq!(problems(&relay("\"192.0.2.0/24\"", bounded), ""), [""; 0]);
    // What has ended holds nothing any more.
    let ended = "{ address = \"192.0.2.0/24\", until = \"2026-01-01\" }, \"192.0.2.7\"";
    let ended = ended.replace(", \"192.0.2.7\"", ", { address = \"192.0.2.7\" }");
    one(&relay("", &ended), "", "mailflow.toml:3:14: warning: 192.0.2.0/24 was allowed", "until");
}

#[test]
fn connectors_that_are_never_used_are_named() {
    let inbound = |name: &str, senders: &str, sources: &str| {
        format!(
            "[[connector]]\nname = \"{name}\"\ndirection = \"inbound\"\npeer = \"partner\"\n\
             sender_domains = [{senders}]\nsource_addresses = [{sources}]\n"
        )
    };
    let all = inbound("all", "\"*\"", "\"192.0.2.1\", \"192.0.2.2\"");
    let hidden = inbound("hidden", "\"a.test\", \"*.b.test\"", "\"192.0.2.2\"");
    one(
        &(all.clone() + &hidden),
        "",
        "mailflow.toml:7:1: warning: the connector \"hidden\" is never used: \"all\"",
        "before the other",
    );
    assert_eq!(problems(&(hidden + &all), ""), [""; 0]);
    let reached = inbound("reached", "\"a.test\"", "\"192.0.2.2\", \"192.0.2.3\"");
    assert_eq!(problems(&(all + &reached), ""), [""; 0]);

    let here = "[[domain]]\nname = \"ours.test\"\nmatch_subdomains = true\n";
    let dead = outbound("x", &format!("recipient_domains = [\"*.ours.test\"]\n{SMART}"));
    one(&format!("{here}{dead}"), "", "mailflow.toml:8:22: warning: *.ours.test", "none of them");
    let some = "[[domain]]\nname = \"site.ours.test\"\ntype = \"internal_relay\"\n";
    assert_eq!(problems(&format!("{here}{some}{dead}"), ""), [""; 0]);
    let both = dead.replace("[\"*.", "[\"ours.test\", \"*.");
    let found = problems(&format!("{here}{both}"), "");
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("is never used: all its domains are delivered here"), "{found:?}");
}
