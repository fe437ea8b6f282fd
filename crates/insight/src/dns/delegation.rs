//! Who speaks for a name: from the root servers down, one label at a time, without any cache.
//!
//! Asking for one label more at each step tells exactly which zone says that a name does not exist. Where
//! the root servers cannot be reached (many networks let only their resolvers ask), the zone's servers are
//! taken from our resolver.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use causeway_net::Families;
use causeway_net::dns::question::{NoAnswer, RecordType, ResponseCode, Said};
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::Instant;

use super::{Asker, Timed, answer};
use crate::finding::{DnsAnswer, Fact, NameServer, Unasked};
use crate::probe::RecordKind;

/// Name servers of one zone that are asked; a zone has two to six, rarely more.
const MOST_SERVERS: usize = 13;
/// A server that says nothing keeps the next one waiting for so long.
const STAGGER: Duration = Duration::from_millis(400);
/// Name servers whose own names must be found first, and so on: so deep.
const DEEPEST: u8 = 2;

/// Servers of one zone that came without address and are looked up: more could be a way to make us ask
/// third parties.
const MOST_LOOKED_UP: usize = 2;
/// Servers that are asked for the address of a name server, for each kind of address.
const MOST_ASKED: usize = 2;

/// Second-level names under which registries, not organizations, hand out names.
const REGISTRY_LABELS: &[&str] =
    &["ac", "co", "com", "edu", "gob", "gouv", "gov", "gv", "ltd", "net", "nom", "or", "org"];

/// The zone that a name is in, and who speaks for it.
pub(super) struct Zone {
    /// Its name.
    pub(super) name: String,
    /// Every server that the parent names and that has an address.
    pub(super) servers: Vec<NameServer>,
}

/// What the search ended with.
pub(super) enum Walked {
    /// The zone.
    Found(Zone),
    /// There is none, or it cannot be found: the facts say so.
    Nothing,
}

/// Where the walk stands.
struct Step {
    zone: String,
    servers: Vec<NameServer>,
    /// Names of servers whose addresses did not come with the referral.
    without_glue: Vec<String>,
    /// More of them, which are not looked up.
    left_out: Vec<String>,
    /// The parent's server that led here.
    referred_by: Option<NameServer>,
}

/// What the servers of a zone say about the next name.
enum Next {
    /// It is a zone of its own, with these servers.
    Cut { zone: String, names: Vec<String>, said: Said },
    /// It is part of the same zone.
    Same,
    /// It does not exist.
    Gone,
}

impl Asker {
    /// Finds the zone of `name`; what is found on the way goes to `facts`.
    pub(super) async fn zone_of(&self, name: &str, facts: &mut Vec<Timed>) -> Walked {
        self.walk(name, facts, 0).await
    }

    fn walk<'a>(
        &'a self,
        name: &'a str,
        facts: &'a mut Vec<Timed>,
        depth: u8,
    ) -> BoxFuture<'a, Walked> {
        async move {
            let began = Instant::now();
            let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
            let mut here = Step {
                zone: String::new(),
                servers: self.root_servers(),
                without_glue: Vec::new(),
                left_out: Vec::new(),
                referred_by: None,
            };
            for next in ancestors(&name) {
                if here.zone.ends_with(next) && !here.zone.is_empty() {
                    continue;
                }
                if here.servers.is_empty() {
                    self.add_addresses(&mut here, facts, depth).await;
                    if here.servers.is_empty() && !here.left_out.is_empty() {
                        self.note_left_out(began, facts);
                        return Walked::Nothing;
                    }
                }
                match self.first_useful(&here.servers, &here.zone, next).await {
                    Ok((by, Next::Cut { zone, names, said })) => {
                        here = self.step(zone, names, &said, by);
                    }
                    Ok((_, Next::Same)) => {}
                    Ok((by, Next::Gone)) if is_registry(&here.zone) => {
                        let fact =
                            Fact::NotDelegated { name: next.to_owned(), parent: here.zone, by };
                        facts.push(self.timed(began, fact));
                        return Walked::Nothing;
                    }
                    Ok((_, Next::Gone)) => break,
                    Err(_) if here.zone.is_empty() && depth == 0 => {
                        return self.zone_by_resolver(&name, facts).await;
                    }
                    Err(said) if is_registry(&here.zone) => {
                        let name = name.clone();
                        let fact = Fact::DelegationUnknown { name, zone: here.zone, said };
                        facts.push(self.timed(began, fact));
                        return Walked::Nothing;
                    }
                    // They are the name's own servers: each is asked, and says what it says.
                    Err(_) => break,
                }
            }
            self.add_addresses(&mut here, facts, depth).await;
            if let Some(by) = here.referred_by {
                let mut servers: Vec<String> =
                    here.servers.iter().filter_map(|server| server.name.clone()).collect();
                servers.extend(here.without_glue);
                if !here.left_out.is_empty() {
                    self.note_left_out(began, facts);
                }
                servers.extend(here.left_out);
                servers.sort_unstable();
                servers.dedup();
                let fact = Fact::Delegation { zone: here.zone.clone(), servers, by };
                facts.push(self.timed(began, fact));
            }
            Walked::Found(Zone { name: here.zone, servers: here.servers })
        }
        .boxed()
    }

    fn root_servers(&self) -> Vec<NameServer> {
        let named = |address: &SocketAddr| NameServer { name: None, address: *address };
        self.roots.iter().take(MOST_SERVERS).map(named).collect()
    }

    /// A referral, with the addresses that came with it.
    fn step(&self, zone: String, mut names: Vec<String>, said: &Said, by: NameServer) -> Step {
        names.sort_unstable();
        names.dedup();
        names.truncate(MOST_SERVERS);
        let mut glue: BTreeMap<&str, IpAddr> = BTreeMap::new();
        for line in said.additionals.iter().chain(&said.answers) {
            let Ok(address) = line.text.parse::<IpAddr>() else { continue };
            // One address of each server is enough; IPv4 is what every network has.
            if line.kind == RecordType::A || !glue.contains_key(line.owner.as_str()) {
                glue.insert(&line.owner, address);
            }
        }
        let (mut servers, mut without_glue) = (Vec::new(), Vec::new());
        for name in names {
            match glue.get(name.as_str()) {
                Some(ip) => servers.push(NameServer {
                    address: SocketAddr::new(*ip, self.port()),
                    name: Some(name),
                }),
                None => without_glue.push(name),
            }
        }
        let left_out = without_glue.split_off(without_glue.len().min(MOST_LOOKED_UP));
        Step { zone, servers, without_glue, left_out, referred_by: Some(by) }
    }

    /// Looks up the servers that came without address.
    async fn add_addresses(&self, here: &mut Step, facts: &mut Vec<Timed>, depth: u8) {
        let began = Instant::now();
        let mut found = Vec::new();
        for name in &here.without_glue {
            match self.address_of(name, facts, depth).await {
                Some(ip) => found.push(NameServer {
                    name: Some(name.clone()),
                    address: SocketAddr::new(ip, self.port()),
                }),
                None if depth == 0 && !is_in_part(facts) => {
                    let fact = Fact::ServerWithoutAddress {
                        zone: here.zone.clone(),
                        server: name.clone(),
                    };
                    facts.push(self.timed(began, fact));
                }
                None => {}
            }
        }
        let is_found = |name: &String| found.iter().any(|s| s.name.as_ref() == Some(name));
        here.without_glue.retain(|name| !is_found(name));
        here.servers.append(&mut found);
        here.servers.sort();
    }

    /// An address of a name server, from those who speak for its name; from our resolver where that fails.
    async fn address_of(&self, name: &str, facts: &mut Vec<Timed>, depth: u8) -> Option<IpAddr> {
        let began = Instant::now();
        let mut on_the_way = Vec::new();
        if depth < DEEPEST
            && let Walked::Found(zone) = self.walk(name, &mut on_the_way, depth + 1).await
        {
            for kind in [RecordKind::A, RecordKind::Aaaa] {
                for server in zone.servers.iter().take(MOST_ASKED) {
                    let said = self.ask_authority(server.address, name, kind).await;
                    if let DnsAnswer::Records { records, .. } = answer(&said, name, kind, true)
                        && let Some(ip) = records.iter().find_map(|text| text.parse().ok())
                    {
                        return Some(ip);
                    }
                    if said.is_ok() {
                        break;
                    }
                }
            }
        }
        self.afford(2).await;
        let found = self.resolver.addresses(name, Families::Both).await;
        let address = found.ok().and_then(|all| all.first().copied());
        if address.is_none() && is_in_part(&on_the_way) {
            self.note_left_out(began, facts);
        }
        address
    }

    /// Says that servers were left out.
    fn note_left_out(&self, began: Instant, facts: &mut Vec<Timed>) {
        if !is_in_part(facts) {
            let fact = Fact::NotProbed { why: Unasked::QuestionsSpent };
            facts.push(self.timed(began, fact));
        }
    }

    /// Asks the servers of `zone` about `next`, each a little after the one before, until one says something
    /// of use.
    ///
    /// # Errors
    /// What each of them said, one line each.
    async fn first_useful(
        &self,
        servers: &[NameServer],
        zone: &str,
        next: &str,
    ) -> Result<(NameServer, Next), Vec<String>> {
        let mut asked = FuturesUnordered::new();
        let mut waiting = servers.iter();
        let mut said = Vec::new();
        loop {
            if let Some(server) = waiting.next() {
                asked.push(async move {
                    (server, self.ask_authority(server.address, next, RecordKind::Ns).await)
                });
            } else if asked.is_empty() {
                return Err(said);
            }
            let more = waiting.len() > 0;
            let finished = tokio::select! {
                finished = asked.next() => finished,
                () = tokio::time::sleep(STAGGER), if more => continue,
            };
            let Some((server, result)) = finished else { continue };
            match next_of(zone, next, &result) {
                Some(found) => return Ok((server.clone(), found)),
                None => said.push(format!("{}: {}", server.label(), words(&result))),
            }
        }
    }

    /// The zone of `name` and its servers as our resolver knows them.
    async fn zone_by_resolver(&self, name: &str, facts: &mut Vec<Timed>) -> Walked {
        let began = Instant::now();
        let Some(by) = self.resolvers().into_iter().next() else { return Walked::Nothing };
        let mut said = Vec::new();
        for zone in ancestors(name).collect::<Vec<_>>().into_iter().rev() {
            let result = self.ask(by.address, zone, RecordKind::Ns, true, false).await;
            let heard = answer(&result, zone, RecordKind::Ns, false);
            let DnsAnswer::Records { records, .. } = heard else {
                said.push(format!("{}: {}", by.label(), words(&result)));
                continue;
            };
            if records.is_empty() || is_registry(zone) {
                break;
            }
            let nothing = Said {
                code: ResponseCode::NoError,
                authoritative: false,
                recursion_available: true,
                answers: Vec::new(),
                authorities: Vec::new(),
                additionals: Vec::new(),
            };
            let mut here = self.step(zone.to_owned(), records.clone(), &nothing, by.clone());
            // Only the resolver can be asked for their addresses, too.
            self.add_addresses(&mut here, facts, DEEPEST).await;
            if !here.left_out.is_empty() {
                self.note_left_out(began, facts);
            }
            let fact = Fact::Delegation { zone: zone.to_owned(), servers: records, by };
            facts.push(self.timed(began, fact));
            return Walked::Found(Zone { name: here.zone, servers: here.servers });
        }
        let fact = Fact::DelegationUnknown { name: name.to_owned(), zone: String::new(), said };
        facts.push(self.timed(began, fact));
        Walked::Nothing
    }
}

/// Something was left out, so that what was not found may be there.
fn is_in_part(facts: &[Timed]) -> bool {
    facts.iter().any(|timed| matches!(timed.fact, Fact::NotProbed { .. }))
}

/// `a.b.c` → `c`, `b.c`, `a.b.c`.
fn ancestors(name: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(name.match_indices('.').map(|(at, _)| at + 1))
        .filter(|start| *start < name.len())
        .collect();
    starts.into_iter().rev().map(|start| &name[start..])
}

/// True for zones in which organizations register names: the root, a top-level domain, `co.uk`. That a name
/// does not exist there means that it was never registered, has expired or was removed.
fn is_registry(zone: &str) -> bool {
    let mut labels = zone.split('.');
    match (labels.next(), labels.next(), labels.next()) {
        (_, None, _) => true,
        (Some(second), Some(top), None) => top.len() == 2 && REGISTRY_LABELS.contains(&second),
        _ => false,
    }
}

/// The part of a name that an organization has registered: `partner.co.uk` of `mail.partner.co.uk`. Names under
/// one are as a rule in the same hands.
pub(crate) fn registered(name: &str) -> &str {
    ancestors(name).find(|zone| !is_registry(zone)).unwrap_or(name)
}

/// What an answer to "who are the name servers of `next`?" means. `None`: nothing of use.
fn next_of(zone: &str, next: &str, result: &Result<Said, NoAnswer>) -> Option<Next> {
    let said = result.as_ref().ok()?;
    if let Some((cut, names)) = said.referral() {
        // A referral leads down, towards the name. Upwards is how lame servers answer.
        let is_below = is_within(next, cut) && is_within(cut, zone) && cut != zone;
        return is_below.then(|| Next::Cut {
            zone: cut.to_owned(),
            names: names.into_iter().map(str::to_owned).collect(),
            said: said.clone(),
        });
    }
    match said.code {
        ResponseCode::NXDomain if said.authoritative => Some(Next::Gone),
        ResponseCode::NoError if said.authoritative => {
            let (_, names) = said.follow(next, RecordType::NS);
            let is_cut = said.answers.iter().any(|l| l.owner == next && l.kind == RecordType::NS);
            Some(if is_cut {
                Next::Cut { zone: next.to_owned(), names, said: said.clone() }
            } else {
                Next::Same
            })
        }
        _ => None,
    }
}

/// True when `name` is `zone` or below it.
pub(crate) fn is_within(name: &str, zone: &str) -> bool {
    zone.is_empty()
        || name == zone
        || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'))
}

fn words(result: &Result<Said, NoAnswer>) -> String {
    match result {
        Ok(said) if said.is_answer() => "an answer without authority".to_owned(),
        Ok(said) => said.code_text(),
        Err(none) => none.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_searched_from_its_end() {
        let all: Vec<&str> = ancestors("mail.partner.example").collect();
        assert_eq!(all, ["example", "partner.example", "mail.partner.example"]);
        assert_eq!(ancestors("example").collect::<Vec<_>>(), ["example"]);
        assert_eq!(ancestors("").count(), 0);
        assert_eq!(ancestors("a..b").count(), 3);
    }

    #[test]
    fn names_of_one_organization_have_one_registered_part() {
        assert_eq!(registered("mx1.mail.partner.test"), "partner.test");
        assert_eq!(registered("mail.partner.co.uk"), "partner.co.uk");
        assert_eq!(registered("localhost"), "localhost");
    }

    #[test]
    fn registries_are_told_from_organizations() {
        assert!(["", "com", "co.uk", "gv.at"].into_iter().all(is_registry));
        assert!(["partner.com", "co.partner.uk", "mail.uk"].into_iter().all(|z| !is_registry(z)));
    }

    #[test]
    fn zones_contain_what_is_below_them() {
        assert!(is_within("a.partner.example", "partner.example"));
        assert!(is_within("partner.example", "") && is_within("b.c", "b.c"));
        assert!(!is_within("notpartner.example", "partner.example"));
        assert!(!is_within("example", "partner.example"));
    }
}
