//! All servers that speak for a name, asked one by one and compared.

use futures_util::future::join_all;
use tokio::time::Instant;

use super::delegation::{Walked, Zone};
use super::{Asker, Timed, answer};
use crate::finding::{AnswerGroup, DnsAnswer, Fact, NameServer};
use crate::probe::RecordKind;

/// A name that is only another name leads on, so often at most.
const MOST_ALIASES: usize = 3;

/// What one server said, with its serial number of the zone.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) by: NameServer,
    pub(super) answer: DnsAnswer,
    pub(super) serial: Option<u32>,
}

impl Asker {
    /// Everything that those who speak for `name` say. Gives, beside the facts, what is true now: the records
    /// of the newest answer (empty: there is none); `None` when nobody says anything.
    pub(crate) async fn authoritative(
        &self,
        name: &str,
        kind: RecordKind,
    ) -> (Vec<Timed>, Option<Vec<String>>) {
        let mut facts = Vec::new();
        let mut name = name.to_owned();
        for _ in 0..=MOST_ALIASES {
            let zone = match self.zone_of(&name, &mut facts).await {
                Walked::Found(zone) => zone,
                Walked::Nothing => {
                    // A name that is not delegated has no records: that is known, too.
                    let is_gone =
                        facts.iter().any(|timed| matches!(timed.fact, Fact::NotDelegated { .. }));
                    return (facts, is_gone.then(Vec::new));
                }
            };
            let (heard, mut found) = self.ask_all(&zone, &name, kind).await;
            facts.append(&mut found);
            let began = Instant::now();
            let groups = grouped(&heard);
            let servers = groups.iter().map(|group| group.servers.len()).sum();
            let current = match groups.as_slice() {
                [] => return (facts, None),
                [all] => {
                    let fact = Fact::AnswersAgree {
                        name: name.clone(),
                        kind,
                        records: all.records.clone(),
                        servers,
                    };
                    facts.push(self.timed(began, fact));
                    all.records.clone()
                }
                [newest, ..] => {
                    let current = newest.records.clone();
                    let fact = Fact::AnswersDiffer { name: name.clone(), kind, groups };
                    facts.push(self.timed(began, fact));
                    current
                }
            };
            match leads_to(&heard) {
                Some((chain, target)) if current.is_empty() => {
                    facts.push(self.timed(began, Fact::Alias { name, chain }));
                    name = target;
                }
                _ => return (facts, Some(current)),
            }
        }
        (facts, None)
    }

    async fn ask_all(&self, zone: &Zone, name: &str, kind: RecordKind) -> (Vec<Heard>, Vec<Timed>) {
        let asked = zone.servers.iter().map(|server| async move {
            let began = Instant::now();
            let said = self.ask_authority(server.address, name, kind).await;
            let heard = answer(&said, name, kind, true);
            let fact = Fact::Dns { by: server.clone(), name: name.to_owned(), kind, answer: heard };
            let first = self.timed(began, fact);
            // A server that says nothing is not asked again.
            let serial = match &said {
                Err(_) => None,
                Ok(_) => {
                    let soa = self.ask_authority(server.address, &zone.name, RecordKind::Soa).await;
                    let lines = soa.ok().filter(|said| said.authoritative);
                    lines.and_then(|said| {
                        said.answers.iter().find_map(|line| line.start_of_authority)
                    })
                }
            };
            (server.clone(), first, serial.map(|(serial, _)| serial), began)
        });
        let (mut heard, mut facts) = (Vec::new(), Vec::new());
        for (by, first, serial, began) in join_all(asked).await {
            if let Fact::Dns { answer, .. } = &first.fact {
                heard.push(Heard { by: by.clone(), answer: answer.clone(), serial });
            }
            facts.push(first);
            if let Some(serial) = serial {
                let fact = Fact::Serial { zone: zone.name.clone(), by, serial };
                facts.push(self.timed(began, fact));
            }
        }
        (heard, facts)
    }
}

/// The different answers, newest serial first; servers that gave none are left out.
pub(super) fn grouped(heard: &[Heard]) -> Vec<AnswerGroup> {
    let mut groups: Vec<AnswerGroup> = Vec::new();
    for one in heard {
        let (records, ttl) = match &one.answer {
            DnsAnswer::Records { records, ttl, .. } => (records.clone(), Some(*ttl)),
            DnsAnswer::NoRecords { ttl, .. } | DnsAnswer::NoSuchName { ttl, .. } => {
                (Vec::new(), *ttl)
            }
            _ => continue,
        };
        if let Some(group) = groups.iter_mut().find(|group| group.records == records) {
            group.servers.push(one.by.clone());
            group.serial = newest(group.serial, one.serial);
            group.ttl = group.ttl.max(ttl);
        } else {
            let servers = vec![one.by.clone()];
            groups.push(AnswerGroup { records, servers, serial: one.serial, ttl });
        }
    }
    // Stable: without serials, the answer of more servers comes first.
    groups.sort_by_key(|group| std::cmp::Reverse(group.servers.len()));
    groups.sort_by(|a, b| match (a.serial, b.serial) {
        (Some(a), Some(b)) if a != b => {
            if is_newer(a, b) {
                std::cmp::Ordering::Less
            } else {
                std::cmp::Ordering::Greater
            }
        }
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        _ => std::cmp::Ordering::Equal,
    });
    groups
}

fn newest(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if is_newer(a, b) { a } else { b }),
        (one, other) => one.or(other),
    }
}

/// Serial numbers go round (RFC 1982).
pub(super) const fn is_newer(a: u32, b: u32) -> bool {
    a != b && a.wrapping_sub(b) < 0x8000_0000
}

/// The way that aliases lead, where the servers have nothing at its end.
fn leads_to(heard: &[Heard]) -> Option<(Vec<String>, String)> {
    heard.iter().find_map(|one| match &one.answer {
        DnsAnswer::Records { records, aliases, .. } if records.is_empty() => {
            Some((aliases.clone(), aliases.last()?.clone()))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(last: u8, records: &[&str], serial: Option<u32>) -> Heard {
        Heard {
            by: NameServer { name: None, address: ([192, 0, 2, last], 53).into() },
            answer: DnsAnswer::Records {
                records: records.iter().map(|text| (*text).to_owned()).collect(),
                ttl: 60,
                authoritative: true,
                aliases: Vec::new(),
            },
            serial,
        }
    }

    #[test]
    fn the_newest_answer_comes_first_whoever_is_in_the_majority() {
        let groups = grouped(&[
            heard(1, &["10 old"], Some(5)),
            heard(2, &["10 old"], Some(5)),
            heard(3, &["10 new"], Some(6)),
        ]);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0].records, ["10 new"]);
        assert_eq!(groups[1].servers.len(), 2);
    }

    #[test]
    fn serial_numbers_go_round() {
        assert!(is_newer(1, u32::MAX) && !is_newer(u32::MAX, 1));
        assert!(is_newer(2_026_112_102, 2_026_112_101) && !is_newer(7, 7));
    }

    #[test]
    fn servers_without_an_answer_say_nothing() {
        let mut silent = heard(1, &[], None);
        silent.answer = DnsAnswer::Silent { after_ms: 3000 };
        assert!(grouped(&[silent]).is_empty());
    }

    #[test]
    fn without_serials_the_majority_counts() {
        let groups =
            grouped(&[heard(1, &["a"], None), heard(2, &["b"], None), heard(3, &["b"], None)]);
        assert_eq!(groups[0].records, ["b"]);
    }
}
