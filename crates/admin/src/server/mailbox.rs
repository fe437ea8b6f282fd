//! Routes of mailboxes.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use causeway_model::config::{AcceptedDomain, Language, MailFlow};
use causeway_model::{Address, Domain};
use causeway_store::{Forward, Mailbox, Scram};

use super::Api;
use super::error::{ApiError, did_you_mean};
use super::extract::{JsonBody, address};
use crate::password::{Password, PasswordError, secrets};
use crate::types::{
    ChangeMailbox, ChangePassword, CreateMailbox, ErrorBody, MailboxView, MailboxWithPassword,
};

/// Aliases, and entries of `send_as`, that one mailbox may have.
const MAX_ENTRIES: usize = 1000;

/// The mailboxes.
#[utoipa::path(get, path = "/v1/mailboxes", tag = "mailboxes", responses((status = 200, body = Vec<MailboxView>), (status = "default", body = ErrorBody)))]
pub(super) async fn list(State(api): State<Api>) -> Result<Json<Vec<MailboxView>>, ApiError> {
    let mailboxes = api.inner.store.mailboxes().await?;
    Ok(Json(mailboxes.into_iter().map(view).collect()))
}

fn view(mailbox: Mailbox) -> MailboxView {
    MailboxView {
        address: mailbox.address,
        aliases: mailbox.aliases,
        send_as: mailbox.send_as,
        language: mailbox.language,
        quota: mailbox.quota,
        keep_copy: mailbox.forward.as_ref().is_some_and(|forward| forward.keep_copy),
        forward: mailbox.forward.map(|forward| forward.to),
        has_password: mailbox.password_hash.is_some(),
        application_passwords: mailbox
            .application_passwords
            .into_iter()
            .map(|password| password.name)
            .collect(),
        created_at: mailbox.created_at,
    }
}

/// Adds a mailbox.
#[utoipa::path(post, path = "/v1/mailboxes", tag = "mailboxes", request_body = CreateMailbox, responses((status = 201, body = MailboxWithPassword), (status = "default", body = ErrorBody)))]
pub(super) async fn create(
    State(api): State<Api>,
    JsonBody(request): JsonBody<CreateMailbox>,
) -> Result<(StatusCode, Json<MailboxWithPassword>), ApiError> {
    let flow = api.inner.control.mail_flow();
    let mut mailbox = Mailbox {
        address: request.address,
        aliases: Vec::new(),
        send_as: Vec::new(),
        password_hash: None,
        scram: None,
        application_passwords: Vec::new(),
        language: request.language.as_deref().map(language_tag).transpose()?,
        quota: request.quota.map(checked_quota).transpose()?.flatten(),
        forward: None,
        created_at: api.inner.control.now(),
    };
    must_be_accepted(&flow, &mailbox.address)?;
    add_aliases(&flow, &mut mailbox, request.aliases)?;
    add_send_as(&mut mailbox, request.send_as)?;
    if let Some(to) = request.forward {
        mailbox.forward = Some(Forward { to, keep_copy: request.keep_copy });
        check_forward(&mailbox)?;
    } else if request.keep_copy {
        return Err(nothing_to_keep());
    }
    // Before the expensive hash: the store refuses it too, and that is what counts.
    refuse_taken(&api, &mailbox).await?;
    let (made, generated) = new_secrets(&api, request.password, None).await?;
    mailbox.password_hash = Some(made.0);
    mailbox.scram = Some(made.1);
    let _one_at_a_time = api.inner.mailbox_changes.lock().await;
    api.inner.store.add_mailbox(mailbox.clone()).await?;
    api.inner.control.mailboxes_changed().await;
    tracing::info!(address = %mailbox.address, "a mailbox was added");
    let answer = MailboxWithPassword { mailbox: view(mailbox), password: generated };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Changes a mailbox.
#[utoipa::path(patch, path = "/v1/mailboxes/{address}", tag = "mailboxes", params(("address" = String, Path, description = "Its main address")), request_body = ChangeMailbox, responses((status = 200, body = MailboxView), (status = "default", body = ErrorBody)))]
pub(super) async fn change(
    State(api): State<Api>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<ChangeMailbox>,
) -> Result<Json<MailboxView>, ApiError> {
    let flow = api.inner.control.mail_flow();
    let _one_at_a_time = api.inner.mailbox_changes.lock().await;
    let mut mailbox = find(&api, &name).await?;
    for gone in &request.remove_aliases {
        take_away(&mut mailbox.aliases, "alias", gone, |alias| {
            alias.mailbox_key() == gone.mailbox_key()
        })?;
    }
    for gone in &request.remove_send_as {
        let gone = send_as_entry(gone)?;
        take_away(&mut mailbox.send_as, "entry to send as", &gone, |entry| *entry == gone)?;
    }
    add_aliases(&flow, &mut mailbox, request.add_aliases)?;
    add_send_as(&mut mailbox, request.add_send_as)?;
    match request.language.as_deref() {
        None => {}
        Some("") => mailbox.language = None,
        Some(tag) => mailbox.language = Some(language_tag(tag)?),
    }
    if let Some(quota) = request.quota {
        mailbox.quota = checked_quota(quota)?;
    }
    change_forward(&mut mailbox, request.forward.as_deref(), request.keep_copy)?;
    refuse_taken_by_others(&api, &mailbox).await?;
    api.inner.store.set_mailbox(mailbox.clone()).await?;
    api.inner.control.mailboxes_changed().await;
    tracing::info!(address = %mailbox.address, "a mailbox was changed");
    Ok(Json(view(mailbox)))
}

/// Gives a mailbox a new password.
#[utoipa::path(put, path = "/v1/mailboxes/{address}/password", tag = "mailboxes", params(("address" = String, Path, description = "Its main address")), request_body = ChangePassword, responses((status = 200, body = MailboxWithPassword), (status = "default", body = ErrorBody)))]
pub(super) async fn change_password(
    State(api): State<Api>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<ChangePassword>,
) -> Result<Json<MailboxWithPassword>, ApiError> {
    let _one_at_a_time = api.inner.mailbox_changes.lock().await;
    let mut mailbox = find(&api, &name).await?;
    let (made, generated) = new_secrets(&api, request.password, mailbox.scram.clone()).await?;
    mailbox.password_hash = Some(made.0);
    mailbox.scram = Some(made.1);
    api.inner.store.set_mailbox(mailbox.clone()).await?;
    api.inner.control.mailboxes_changed().await;
    tracing::info!(address = %mailbox.address, "a mailbox has a new password");
    Ok(Json(MailboxWithPassword { mailbox: view(mailbox), password: generated }))
}

/// Removes a mailbox; its mail stays on disk.
#[utoipa::path(delete, path = "/v1/mailboxes/{address}", tag = "mailboxes", params(("address" = String, Path, description = "Its main address")), responses((status = 200, body = MailboxView), (status = "default", body = ErrorBody)))]
pub(super) async fn remove(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<Json<MailboxView>, ApiError> {
    let _one_at_a_time = api.inner.mailbox_changes.lock().await;
    let mailbox = find(&api, &name).await?;
    api.inner.store.remove_mailbox(mailbox.address.clone()).await?;
    api.inner.control.mailboxes_changed().await;
    api.inner.access.forget(&mailbox.address).await?;
    tracing::info!(address = %mailbox.address, "a mailbox was removed; its mail stays on disk");
    Ok(Json(view(mailbox)))
}

/// The mailbox with this main address. An alias is not enough: the answer says whose it is.
pub(super) async fn find(api: &Api, name: &str) -> Result<Mailbox, ApiError> {
    let key = address(name)?.mailbox_key();
    let mut alias_of = None;
    let mut known = Vec::new();
    for mailbox in api.inner.store.mailboxes().await? {
        if mailbox.address.mailbox_key() == key {
            return Ok(mailbox);
        }
        if mailbox.aliases.iter().any(|alias| alias.mailbox_key() == key) {
            alias_of = Some(format!("it is an alias of {}: use that address", mailbox.address));
        }
        known.push(mailbox.address.to_string());
    }
    let instead = alias_of.unwrap_or_else(|| {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        did_you_mean(name, &known, "see `causeway mailbox list` for the addresses")
    });
    let shown: String = name.chars().take(254).collect();
    Err(ApiError::not_found(format!("there is no mailbox {shown}"), instead))
}

/// 409 when an address of this new mailbox is another's already.
async fn refuse_taken(api: &Api, mailbox: &Mailbox) -> Result<(), ApiError> {
    taken(mailbox, &api.inner.store.mailboxes().await?)
}

/// 409 when an address of this changed mailbox is another's.
async fn refuse_taken_by_others(api: &Api, mailbox: &Mailbox) -> Result<(), ApiError> {
    let mut others = api.inner.store.mailboxes().await?;
    others.retain(|other| other.address != mailbox.address);
    taken(mailbox, &others)
}

fn taken(mailbox: &Mailbox, others: &[Mailbox]) -> Result<(), ApiError> {
    for ours in std::iter::once(&mailbox.address).chain(&mailbox.aliases) {
        let key = ours.mailbox_key();
        for other in others {
            if other.address.mailbox_key() == key {
                return Err(ApiError::new(
                    StatusCode::CONFLICT,
                    format!("there is a mailbox {} already", other.address),
                    "use `causeway mailbox set` or `passwd` to change it",
                ));
            }
            if other.aliases.iter().any(|alias| alias.mailbox_key() == key) {
                return Err(ApiError::new(
                    StatusCode::CONFLICT,
                    format!("{ours} is an alias of the mailbox {} already", other.address),
                    "take it away there first (`causeway mailbox set --remove-alias`)",
                ));
            }
        }
    }
    Ok(())
}

fn take_away<T>(
    list: &mut Vec<T>,
    kind: &str,
    name: &impl std::fmt::Display,
    is_it: impl Fn(&T) -> bool,
) -> Result<(), ApiError> {
    let before = list.len();
    list.retain(|entry| !is_it(entry));
    if list.len() == before {
        return Err(ApiError::not_found(
            format!("the mailbox has no {kind} {name}"),
            "see `causeway mailbox list` for what it has",
        ));
    }
    Ok(())
}

fn add_aliases(
    flow: &MailFlow,
    mailbox: &mut Mailbox,
    aliases: Vec<Address>,
) -> Result<(), ApiError> {
    for alias in aliases {
        must_be_accepted(flow, &alias)?;
        let key = alias.mailbox_key();
        if mailbox.address.mailbox_key() == key {
            return Err(ApiError::bad_request(
                format!("{alias} is the mailbox's own address"),
                "leave it out of the aliases",
            ));
        }
        if !mailbox.aliases.iter().any(|known| known.mailbox_key() == key) {
            mailbox.aliases.push(alias);
        }
    }
    bounded(mailbox.aliases.len(), "aliases")
}

fn add_send_as(mailbox: &mut Mailbox, entries: Vec<String>) -> Result<(), ApiError> {
    for entry in entries {
        let entry = send_as_entry(&entry)?;
        if !mailbox.send_as.contains(&entry) {
            mailbox.send_as.push(entry);
        }
    }
    bounded(mailbox.send_as.len(), "addresses to send as")
}

/// Sets, changes or ends forwarding.
fn change_forward(
    mailbox: &mut Mailbox,
    to: Option<&str>,
    keep_copy: Option<bool>,
) -> Result<(), ApiError> {
    match to {
        None => {}
        Some("") => mailbox.forward = None,
        Some(to) => {
            let kept = mailbox.forward.as_ref().is_some_and(|forward| forward.keep_copy);
            mailbox.forward = Some(Forward { to: address(to)?, keep_copy: kept });
        }
    }
    match (&mut mailbox.forward, keep_copy) {
        (Some(forward), Some(keep)) => forward.keep_copy = keep,
        (None, Some(true)) => return Err(nothing_to_keep()),
        (_, _) => {}
    }
    check_forward(mailbox)
}

/// A mailbox that forwards to itself would keep nothing and send nothing.
fn check_forward(mailbox: &Mailbox) -> Result<(), ApiError> {
    let Some(forward) = &mailbox.forward else { return Ok(()) };
    let key = forward.to.mailbox_key();
    let mut names = std::iter::once(&mailbox.address).chain(&mailbox.aliases);
    if names.any(|name| name.mailbox_key() == key) {
        return Err(ApiError::bad_request(
            format!("forward: {} is this mailbox itself", forward.to),
            "name another address, or end the forwarding (--no-forward)",
        ));
    }
    Ok(())
}

fn nothing_to_keep() -> ApiError {
    ApiError::bad_request(
        "keep_copy: the mailbox forwards nothing, so that there is nothing to keep beside it",
        "say as well whom it forwards to (--forward ADDRESS)",
    )
}

fn bounded(count: usize, kind: &str) -> Result<(), ApiError> {
    if count > MAX_ENTRIES {
        return Err(ApiError::bad_request(
            format!("a mailbox can have at most {MAX_ENTRIES} {kind}"),
            "use a domain (@contoso.example) or another mailbox",
        ));
    }
    Ok(())
}

/// An address or `@domain`, in canonical form.
fn send_as_entry(text: &str) -> Result<String, ApiError> {
    let canonical = match text.strip_prefix('@') {
        Some(domain) => Domain::parse(domain).map(|d| format!("@{d}")).map_err(|e| e.to_string()),
        None => Address::parse(text).map(|a| a.mailbox_key()).map_err(|e| e.to_string()),
    };
    canonical.map_err(|error| {
        let shown: String = text.chars().take(80).collect();
        ApiError::bad_request(
            format!("send_as: {shown:?} is neither an address nor a domain: {error}"),
            "write name@domain, or @domain for a whole domain",
        )
    })
}

fn language_tag(text: &str) -> Result<String, ApiError> {
    match Language::from_tag(text) {
        Some(language) => Ok(language.tag().to_owned()),
        None => Err(ApiError::bad_request(
            format!("language: {:?} is not spoken here", text.chars().take(20).collect::<String>()),
            "use en, de, nl or sv",
        )),
    }
}

/// A quota; `None` for 0. The store's integers have 63 bits.
fn checked_quota(octets: u64) -> Result<Option<u64>, ApiError> {
    match octets {
        0 => Ok(None),
        _ if i64::try_from(octets).is_ok() => Ok(Some(octets)),
        _ => Err(ApiError::bad_request("quota: too large", "leave it out for no bound")),
    }
}

fn must_be_accepted(flow: &MailFlow, address: &Address) -> Result<(), ApiError> {
    if flow.domains.iter().any(|accepted| covers(accepted, address.domain())) {
        return Ok(());
    }
    let domain = address.domain();
    Err(ApiError::bad_request(
        format!("{address} cannot be a mailbox here: {domain} is not an accepted domain"),
        format!(
            "check the spelling (see `causeway domain list`), or accept the domain first: `causeway \
             domain add {domain}`"
        ),
    ))
}

fn covers(accepted: &AcceptedDomain, domain: &Domain) -> bool {
    accepted.name == *domain || (accepted.match_subdomains && domain.is_within(&accepted.name))
}

/// What is kept of the password given, or of a generated one, which is returned beside it.
async fn new_secrets(
    api: &Api,
    given: Option<Password>,
    before: Option<Scram>,
) -> Result<((String, Scram), Option<Password>), ApiError> {
    let (password, generated) = match given {
        Some(password) => (password, None),
        None => {
            let password = Password::generate().map_err(refused)?;
            (password.clone(), Some(password))
        }
    };
    password.check().map_err(refused)?;
    let inner = Arc::clone(&api.inner);
    let _turn = inner.hashing.acquire().await.map_err(|_| refused(PasswordError::Machinery))?;
    let hashed = tokio::task::spawn_blocking(move || secrets(&password, before.as_ref()))
        .await
        .map_err(|_| refused(PasswordError::Machinery))?
        .map_err(refused)?;
    Ok((hashed, generated))
}

pub(super) fn refused(error: PasswordError) -> ApiError {
    match error {
        PasswordError::Machinery => ApiError::unavailable(error.to_string(), "try again"),
        PasswordError::Empty
        | PasswordError::TooShort
        | PasswordError::TooLong
        | PasswordError::ControlCharacter => {
            ApiError::bad_request(error.to_string(), "choose another one")
        }
    }
}
