//! `causeway connector firewall`: which addresses we come from, for those who must let us in.
//!
//! The lines are for the firewall in front of the *other* servers: they let our addresses in. Nothing is
//! changed on any machine; the lines are to be looked at, and pasted there.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::IpAddr;

use causeway_admin::types::{FirewallQuery, FirewallRule};

use super::super::Answer;
use super::super::arguments::flow::{FirewallArguments, FirewallFormat};
use super::super::context::Context;
use super::super::failure::{Failure, say};
use super::super::output::{Columns, Tone, Width};
use super::super::words::{Words, harmless};

pub(super) async fn run(
    arguments: FirewallArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let query = FirewallQuery { connector: arguments.name };
    let rules = context.connect().await?.firewall(&query).await?;
    let answer =
        if rules.iter().any(|rule| rule.source.is_none()) { Answer::No } else { Answer::Fine };
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&rules)?;
        return Ok(answer);
    }
    for rule in rules.iter().filter(|rule| rule.source.is_none()) {
        let problem = rule.problem.as_deref().unwrap_or_default();
        say(&format!("{}: {problem}", rule.host.as_deref().unwrap_or("MX")));
    }
    match arguments.format {
        FirewallFormat::Text => {
            output.table(&table(&rules, words))?;
            if rules.iter().any(|rule| rule.source.is_some() && !rule.source_configured) {
                output.line(&words.text("cli-firewall-chosen"))?;
            }
        }
        FirewallFormat::Csv => output.raw(&csv(&rules))?,
        FirewallFormat::Nftables => output.raw(&nftables(&rules))?,
        FirewallFormat::Ufw => output.raw(&ufw(&rules))?,
        FirewallFormat::Powershell => output.raw(&powershell(&rules))?,
    }
    output.flush()?;
    Ok(answer)
}

fn table(rules: &[FirewallRule], words: Words) -> Columns {
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-source", Width::Whole),
            ("cli-head-port", Width::Whole),
            ("cli-head-destination", Width::Wraps),
            ("cli-head-connector", Width::Wraps),
        ],
    );
    let plain = |text: String| (text, Tone::Plain);
    for rule in rules {
        let source = match rule.source {
            Some(source) => (source.to_string(), Tone::Strong),
            None => ("?".into(), Tone::Bad),
        };
        columns.row(vec![
            source,
            plain(rule.port.to_string()),
            plain(destination(rule)),
            plain(rule.connector.clone().unwrap_or_else(|| "-".into())),
        ]);
    }
    columns
}

/// `mail.corp.example [192.0.2.7]`, or every MX host.
fn destination(rule: &FirewallRule) -> String {
    match (&rule.host, rule.address) {
        (None, _) => "MX".into(),
        (Some(host), Some(address)) if *host != address.to_string() => {
            format!("{host} [{address}]")
        }
        (Some(host), _) => host.clone(),
    }
}

fn csv(rules: &[FirewallRule]) -> String {
    let mut out = String::from("source,protocol,port,host,address,connector\r\n");
    for rule in rules {
        let cells = [
            rule.source.map(|source| source.to_string()).unwrap_or_default(),
            "tcp".into(),
            rule.port.to_string(),
            rule.host.clone().unwrap_or_default(),
            rule.address.map(|address| address.to_string()).unwrap_or_default(),
            rule.connector.clone().unwrap_or_default(),
        ];
        out.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
        out.push_str("\r\n");
    }
    out
}

/// RFC 4180; and what a spreadsheet would take for a formula is text.
fn csv_cell(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// What is to be let in: one of our addresses, one of their ports.
fn entries(rules: &[FirewallRule]) -> BTreeSet<(IpAddr, u16)> {
    rules.iter().filter_map(|rule| Some((rule.source?, rule.port))).collect()
}

/// Why the lines are there, as comments.
fn comments(rules: &[FirewallRule]) -> String {
    let names: BTreeSet<&str> = rules.iter().filter_map(|rule| rule.connector.as_deref()).collect();
    let mut out = String::from(
        "# Lets mail from this Causeway in. Run on the firewall of the server that gets it.\n",
    );
    for name in names {
        let _ = writeln!(out, "# connector \"{}\"", harmless(name, 200));
    }
    out
}

fn nftables(rules: &[FirewallRule]) -> String {
    let mut out = comments(rules);
    for (source, port) in entries(rules) {
        let family = if source.is_ipv4() { "ip" } else { "ip6" };
        let _ = writeln!(
            out,
            "nft add rule inet filter input {family} saddr {source} tcp dport {port} accept"
        );
    }
    out
}

fn ufw(rules: &[FirewallRule]) -> String {
    let mut out = comments(rules);
    for (source, port) in entries(rules) {
        let _ = writeln!(out, "ufw allow proto tcp from {source} to any port {port}");
    }
    out
}

fn powershell(rules: &[FirewallRule]) -> String {
    let mut out = comments(rules);
    for (source, port) in entries(rules) {
        let _ = writeln!(
            out,
            "New-NetFirewallRule -DisplayName \"Mail from Causeway {source} port {port}\" \
             -Direction Inbound -Action Allow -Protocol TCP -LocalPort {port} -RemoteAddress {source}"
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(connector: &str, source: &str, port: u16) -> FirewallRule {
        FirewallRule {
            connector: Some(connector.into()),
            host: Some("mail.corp.example".into()),
            address: Some([192, 0, 2, 7].into()),
            port,
            source: source.parse().ok(),
            source_configured: true,
            problem: None,
        }
    }

    #[test]
    fn every_source_and_port_is_one_line() {
        let rules = [
            rule("a", "198.51.100.1", 25),
            rule("b", "198.51.100.1", 25),
            rule("b", "2001:db8::1", 2525),
            rule("c", "not known", 25),
        ];
        let lines = |text: String| {
            let lines: Vec<String> =
                text.lines().filter(|l| !l.starts_with('#')).map(str::to_owned).collect();
            lines
        };
        assert_eq!(
            lines(nftables(&rules)),
            [
                "nft add rule inet filter input ip saddr 198.51.100.1 tcp dport 25 accept",
                "nft add rule inet filter input ip6 saddr 2001:db8::1 tcp dport 2525 accept",
            ]
        );
        assert_eq!(lines(ufw(&rules))[0], "ufw allow proto tcp from 198.51.100.1 to any port 25");
        let windows = lines(powershell(&rules));
        assert!(windows[1].ends_with("-LocalPort 2525 -RemoteAddress 2001:db8::1"), "{windows:?}");
        assert_eq!(csv(&rules).lines().count(), 1 + rules.len());
    }

    #[test]
    fn names_cannot_leave_their_comment_or_their_cell() {
        let hostile = [rule("x\nnft flush ruleset", "198.51.100.1", 25)];
        for text in [nftables(&hostile), ufw(&hostile), powershell(&hostile)] {
            assert!(text.lines().all(|line| !line.starts_with("nft flush")), "{text}");
        }
        assert_eq!(csv_cell("=cmd()"), "'=cmd()");
        assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
