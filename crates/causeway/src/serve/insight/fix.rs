//! Remedies, done: shown as a plan of the mail flow, applied like any other change, watched until the next
//! delivery tells whether it helped.

use std::sync::Arc;
use std::time::Duration;

use causeway_admin::types::{FixAnswer, FixPlan, FixRequest, Plan, PlanAnswer};
use causeway_admin::{ControlError, FlowChange};
use causeway_catalog::Texts;
use causeway_catalog::causes::remedy::Remedy;
use causeway_insight::alert::view::{AlertView, CheckView, RemedyView};
use causeway_insight::alert::{Alert, Checked, Closing, Fix, Outcome};
use causeway_insight::remedy::{Offer, edited};
use causeway_insight::verify::{Way, can_tell, verify};
use causeway_insight::watch::Watch;
use causeway_model::Domain;
use causeway_model::config::{Host, Language, OutboundRoute, SmartHost, TlsLevel};

use crate::serve::{Server, flow};

/// So long an answer waits for the next delivery.
const WATCHED: Duration = Duration::from_secs(15);

/// The alert, which must be open, or closed by hand while its path still fails.
fn open_alert(watch: &Watch, id: u64) -> Result<Alert, ControlError> {
    let alert = watch.alert(id);
    let alert = alert.ok_or(ControlError::NoSuchAlert(id))?;
    let by_hand = matches!(alert.closed, Some((_, Closing::ByHand { .. })));
    if alert.is_open()
        || by_hand && watch.alert_of(&alert.path).is_none() && watch.still_failing(id).is_some()
    {
        return Ok(alert);
    }
    Err(ControlError::Refused {
        what: format!("alert {id} is closed: there is nothing to fix"),
        instead: "see `causeway alert list --open` for what fails now".into(),
    })
}

/// The remedy that is asked for, or the best one: what has to be thought of first, what takes something away (mail
/// that would be returned, recipients that would be refused) and what gives somebody a right is never done without
/// being named.
async fn chosen(
    server: &Arc<Server>,
    alert: &Alert,
    remedy: Option<&str>,
    in_force: &str,
) -> Result<Offer, ControlError> {
    let known: Vec<&str> = alert.offers.iter().map(|offer| offer.id.as_str()).collect();
    let found = match remedy {
        Some(id) => alert.offers.iter().find(|offer| offer.id == id),
        None => first_harmless(server, alert, in_force).await,
    };
    found.cloned().ok_or_else(|| {
        let instead = match known.is_empty() {
            true => "wait until the diagnosis is made: `causeway alert show` has it".to_owned(),
            false => format!("choose one of: {}", known.join(", ")),
        };
        let what = match remedy {
            Some(id) => format!("alert {} has no remedy {id:?}", alert.id),
            None => format!("every remedy of alert {} has to be named", alert.id),
        };
        ControlError::Refused { what, instead }
    })
}

async fn first_harmless<'a>(
    server: &Arc<Server>,
    alert: &'a Alert,
    in_force: &str,
) -> Option<&'a Offer> {
    for offer in &alert.offers {
        if is_harmless(server, offer, in_force).await {
            return Some(offer);
        }
    }
    None
}

/// Whether a remedy takes nothing away and gives nobody a right. One that cannot be rehearsed is not.
async fn is_harmless(server: &Arc<Server>, offer: &Offer, in_force: &str) -> bool {
    if offer.needs_naming() {
        return false;
    }
    match proposal(server, offer, in_force).await {
        Ok(None) => true,
        Ok(Some(text)) => flow::plan(server, text).await.is_ok_and(|answer| {
            let effects = &answer.plan.effects;
            answer.plan.refused.is_none()
                && !effects.iter().any(|effect| effect.kind.is_loss() || effect.kind.is_gain())
        }),
        Err(_) => false,
    }
}

/// A change of the mail flow in force that a remedy stands for; `None` when it changes no configuration.
async fn proposal(
    server: &Server,
    offer: &Offer,
    in_force: &str,
) -> Result<Option<String>, ControlError> {
    match offer.remedy() {
        Some(Remedy::Retry | Remedy::FlushDns | Remedy::LookAgain) | None => Ok(None),
        Some(Remedy::Revert) => {
            let number = offer.revision.unwrap_or(0);
            let revision = server.store.revision(Some(number)).await?;
            let revision = revision.ok_or_else(|| ControlError::Conflict {
                what: format!("there is no revision {number}"),
                instead: "see `causeway alert show` for the remedies that there are now".into(),
            })?;
            Ok(Some(revision.text))
        }
        Some(_) => edited(offer, in_force).map(Some).map_err(|error| ControlError::Refused {
            what: error.to_string(),
            instead: "the mail flow was changed meanwhile: see `causeway alert show` again".into(),
        }),
    }
}

/// A plan that changes nothing.
fn no_change() -> Plan {
    Plan { changes: Vec::new(), effects: Vec::new(), refused: None, can_be_forced: false }
}

/// What a remedy would do.
pub(crate) async fn fix_plan(
    (server, watch): (&Arc<Server>, &Watch),
    id: u64,
    remedy: Option<String>,
    language: Option<Language>,
) -> Result<FixPlan, ControlError> {
    let texts = Texts::get(language.unwrap_or(Language::En));
    let alert = open_alert(watch, id)?;
    let in_force = flow::view(server);
    // Shown is the first one, too, when none is harmless.
    let offer = match (&remedy, first_harmless(server, &alert, &in_force.text).await) {
        (None, None) if !alert.offers.is_empty() => alert.offers[0].clone(),
        _ => chosen(server, &alert, remedy.as_deref(), &in_force.text).await?,
    };
    let named_only = !is_harmless(server, &offer, &in_force.text).await;
    let answer = match proposal(server, &offer, &in_force.text).await? {
        Some(text) => flow::plan(server, text).await?.speak(texts.language()),
        None => PlanAnswer {
            plan: no_change(),
            base: in_force.revision,
            warnings: Vec::new(),
            errors: Vec::new(),
            file_differs: None,
        },
    };
    Ok(FixPlan {
        alert: id,
        remedy: RemedyView::of(&offer, texts),
        others: alert
            .offers
            .iter()
            .filter(|other| other.id != offer.id)
            .map(|other| RemedyView::of(other, texts))
            .collect(),
        named_only,
        plan: answer,
    })
}

/// Does it, and waits a while for the next delivery.
pub(crate) async fn fix_apply(
    (server, watch): (&Arc<Server>, &Watch),
    id: u64,
    request: FixRequest,
    author: String,
) -> Result<FixAnswer, ControlError> {
    let language = request.language.unwrap_or(Language::En);
    let texts = Texts::get(language);
    let alert = open_alert(watch, id)?;
    // The text that is edited and the number that it is checked by are of one moment.
    let in_force = flow::view(server);
    let offer = chosen(server, &alert, request.remedy.as_deref(), &in_force.text).await?;
    let remedy = RemedyView::of(&offer, texts);
    let mut answer = FixAnswer {
        alert: id,
        remedy,
        applied: false,
        revision: None,
        plan: no_change(),
        outcome: "pending".into(),
        detail: String::new(),
        checked: None,
    };
    if let Some(text) = proposal(server, &offer, &in_force.text).await? {
        let title = offer.title(Texts::get(Language::En));
        let reason = match request.reason.is_empty() {
            true => format!("alert {id}: {title}"),
            false => format!("alert {id}: {title}; {}", request.reason),
        };
        let base = request.base.unwrap_or(in_force.revision);
        let (force, author) = (request.force, author.clone());
        let change = FlowChange { text, base, reason, force, author };
        let applied = flow::apply(server, change).await?;
        answer.plan = applied.plan.speak(language);
        if !applied.applied {
            answer.outcome = "refused".into();
            answer.detail = answer.plan.refused.clone().unwrap_or_default().into();
            return Ok(answer);
        }
        answer.revision = Some(applied.revision);
    }
    answer.applied = true;
    let at = server.dispatch.now();
    let fix = Fix {
        offer: offer.clone(),
        at,
        author,
        revision: answer.revision,
        checked: None,
        outcome: Outcome::Pending,
    };
    // Something is done about it: what was closed by hand is watched again.
    watch.reopen(id).await;
    let place = watch.fixed(id, fix).await.unwrap_or(0);
    match offer.remedy() {
        Some(Remedy::FlushDns) => {
            server.dispatch.forget_names();
            server.dispatch.retry_path(&alert.path);
        }
        Some(Remedy::Retry) => {
            server.dispatch.retry_path(&alert.path);
        }
        Some(Remedy::LookAgain) => {
            server.dispatch.forget_names();
            server.notices.look_again();
        }
        _ => {}
    }
    let ((), checked) = tokio::join!(
        outcome(watch, (id, place), texts, &mut answer),
        check(server, watch, &alert, place)
    );
    answer.checked = checked.map(|checked| CheckView::of(&checked, texts));
    Ok(answer)
}

/// Asks the network at once whether the path works now. `None` where mail does not go that way any more, and
/// where a session without a message would show nothing.
async fn check(server: &Server, watch: &Watch, alert: &Alert, place: usize) -> Option<Checked> {
    let way = way(server, alert)?;
    let checked = verify(&server.prober, &way).await;
    watch.checked(alert.id, place, checked.clone()).await;
    Some(checked)
}

/// Where mail of the path goes by the configuration in force.
fn way(server: &Server, alert: &Alert) -> Option<Way> {
    // A notice is about no path.
    let attempt = alert.attempt.as_ref().filter(|attempt| can_tell(attempt))?;
    // The host that was tried, by whatever address its name has now.
    let tried = || -> Option<SmartHost> {
        let address = attempt.address?;
        let name = attempt.host.as_deref().and_then(|host| Domain::parse(host).ok());
        let host = name.map_or(Host::Address(address.ip()), Host::Name);
        Some(SmartHost { host, port: address.port() })
    };
    let Some(name) = &attempt.connector else {
        let (hosts, level) = (vec![tried()?], TlsLevel::Opportunistic);
        return Some(Way { hosts, level, expected_name: None, connector: false });
    };
    let policy = server.policy.load();
    let connector = policy.outbound_connector(name).filter(|connector| connector.enabled)?;
    let hosts = match &connector.route {
        OutboundRoute::SmartHosts(groups) => groups.iter().flatten().cloned().collect(),
        OutboundRoute::Mx => vec![tried()?],
    };
    let expected_name = connector.tls_domain.clone();
    Some(Way { hosts, level: connector.tls, expected_name, connector: true })
}

/// Waits until the next delivery has told, or for a while.
async fn outcome(watch: &Watch, (id, place): (u64, usize), texts: &Texts, answer: &mut FixAnswer) {
    let deadline = tokio::time::Instant::now() + WATCHED;
    loop {
        let view = watch.alert(id).map(|alert| AlertView::of(&alert, texts));
        if let Some(fix) = view.and_then(|view| view.fixes.get(place).cloned()) {
            answer.outcome = fix.outcome;
            answer.detail = fix.detail;
        }
        if answer.outcome != "pending" || tokio::time::Instant::now() >= deadline {
            return;
        }
        // The change may come between the look and the wait: never for long.
        let _ = tokio::time::timeout(Duration::from_millis(200), watch.next_change()).await;
    }
}
