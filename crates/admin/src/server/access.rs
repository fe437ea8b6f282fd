//! Routes about who gets in: application passwords, locks, POP-before-SMTP.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use causeway_accounts::password::application_password;
use causeway_accounts::{Logins, PopRegister, Use};
use causeway_model::Address;

use super::Api;
use super::error::{ApiError, did_you_mean};
use super::extract::{JsonBody, QueryString};
use super::mailbox::{find, refused};
use crate::password::PasswordError;
use crate::types::{
    ApplicationPasswordView, CreateApplicationPassword, Ended, ErrorBody, LoginLock,
    NewApplicationPassword, PasswordUse, PopLoginView, ReportPopLogin, RevokePopLogins,
    UnlockLogins,
};

/// Application passwords that one mailbox may have.
const MAX_APPLICATION_PASSWORDS: usize = 50;
/// Characters of a name.
const MAX_NAME: usize = 64;

/// Who gets in, and who did.
#[derive(Clone)]
pub struct Access {
    /// Logins, and what is locked.
    pub logins: Logins,
    /// POP-before-SMTP.
    pub pop_register: Arc<PopRegister>,
}

impl Access {
    /// Forgets what is known about a mailbox that is gone.
    pub(super) async fn forget(&self, mailbox: &Address) -> Result<(), ApiError> {
        self.logins.forget_uses(mailbox, None).await?;
        self.pop_register.revoke(None, Some(&mailbox.to_string())).await?;
        Ok(())
    }
}

/// The application passwords of a mailbox.
#[utoipa::path(get, path = "/v1/mailboxes/{address}/application-passwords", tag = "mailboxes", params(("address" = String, Path, description = "The mailbox")), responses((status = 200, body = Vec<ApplicationPasswordView>), (status = "default", body = ErrorBody)))]
pub(super) async fn application_passwords(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<Json<Vec<ApplicationPasswordView>>, ApiError> {
    let mailbox = find(&api, &name).await?;
    let uses = api.inner.access.logins.uses(&mailbox.address).await?;
    let view = |password: causeway_store::ApplicationPassword| ApplicationPasswordView {
        last_used: uses.get(&password.name).map(use_view),
        name: password.name,
        created_at: password.created_at,
    };
    Ok(Json(mailbox.application_passwords.into_iter().map(view).collect()))
}

fn use_view(last: &Use) -> PasswordUse {
    PasswordUse { at: last.at, client: last.client, service: last.service.name().to_owned() }
}

/// Makes an application password.
#[utoipa::path(post, path = "/v1/mailboxes/{address}/application-passwords", tag = "mailboxes", params(("address" = String, Path, description = "The mailbox")), request_body = CreateApplicationPassword, responses((status = 201, body = NewApplicationPassword), (status = "default", body = ErrorBody)))]
pub(super) async fn create_application_password(
    State(api): State<Api>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<CreateApplicationPassword>,
) -> Result<(StatusCode, Json<NewApplicationPassword>), ApiError> {
    let purpose = checked_name(&request.name)?;
    let _one_at_a_time = api.inner.mailbox_changes.lock().await;
    let mut mailbox = find(&api, &name).await?;
    if mailbox.application_passwords.iter().any(|known| is_same(&known.name, &purpose)) {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            format!("{} has an application password with this name already", mailbox.address),
            "choose another name, or revoke that one first",
        ));
    }
    if mailbox.application_passwords.len() >= MAX_APPLICATION_PASSWORDS {
        return Err(ApiError::bad_request(
            format!("a mailbox can have at most {MAX_APPLICATION_PASSWORDS} application passwords"),
            "revoke those that are no longer used",
        ));
    }
    let (address, before) = (mailbox.address.clone(), mailbox.scram.clone());
    let now = api.inner.control.now();
    let _turn = api.inner.hashing.acquire().await.map_err(|_| machinery())?;
    let made = tokio::task::spawn_blocking(move || {
        application_password(&address, purpose, now, before.as_ref())
    });
    let (password, kept, scram) = made.await.map_err(|_| machinery())?.map_err(refused)?;
    let answer =
        NewApplicationPassword { name: kept.name.clone(), password, created_at: kept.created_at };
    mailbox.application_passwords.push(kept);
    mailbox.scram = Some(scram);
    api.inner.store.set_mailbox(mailbox.clone()).await?;
    api.inner.control.mailboxes_changed().await;
    tracing::info!(address = %mailbox.address, name = answer.name, "an application password was made");
    Ok((StatusCode::CREATED, Json(answer)))
}

fn machinery() -> ApiError {
    refused(PasswordError::Machinery)
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

pub(super) fn checked_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::bad_request(
            format!("name: must have 1 to {MAX_NAME} characters, on one line"),
            "say what the password is for: phone, scanner",
        ));
    }
    Ok(name.to_owned())
}

/// Ends an application password.
#[utoipa::path(delete, path = "/v1/mailboxes/{address}/application-passwords/{name}", tag = "mailboxes", params(("address" = String, Path, description = "The mailbox"), ("name" = String, Path, description = "Its name")), responses((status = 200, body = Ended), (status = "default", body = ErrorBody)))]
pub(super) async fn revoke_application_password(
    State(api): State<Api>,
    Path((address, name)): Path<(String, String)>,
) -> Result<Json<Ended>, ApiError> {
    let _one_at_a_time = api.inner.mailbox_changes.lock().await;
    let mut mailbox = find(&api, &address).await?;
    let position =
        mailbox.application_passwords.iter().position(|known| is_same(&known.name, &name));
    let Some(position) = position else {
        let shown: String = name.chars().take(MAX_NAME).collect();
        let known: Vec<&str> =
            mailbox.application_passwords.iter().map(|known| known.name.as_str()).collect();
        let otherwise = "see `causeway mailbox app-password list` for those it has";
        return Err(ApiError::not_found(
            format!("{} has no application password {shown:?}", mailbox.address),
            did_you_mean(&name, &known, otherwise),
        ));
    };
    let gone = mailbox.application_passwords.remove(position);
    api.inner.store.set_mailbox(mailbox.clone()).await?;
    api.inner.control.mailboxes_changed().await;
    api.inner.access.logins.forget_uses(&mailbox.address, Some(&gone.name)).await?;
    tracing::info!(address = %mailbox.address, name = gone.name, "an application password was revoked");
    Ok(Json(Ended { ended: 1 }))
}

/// Locks after too many wrong passwords.
#[utoipa::path(get, path = "/v1/login-locks", tag = "logins", responses((status = 200, body = Vec<LoginLock>), (status = "default", body = ErrorBody)))]
pub(super) async fn login_locks(State(api): State<Api>) -> Json<Vec<LoginLock>> {
    let view = |lock: causeway_accounts::Lock| LoginLock {
        user: lock.name,
        address: lock.address,
        failures: lock.failures,
        until: lock.until,
    };
    Json(api.inner.access.logins.locks().into_iter().map(view).collect())
}

/// Ends locks.
#[utoipa::path(delete, path = "/v1/login-locks", tag = "logins", params(UnlockLogins), responses((status = 200, body = Ended), (status = "default", body = ErrorBody)))]
pub(super) async fn unlock_logins(
    State(api): State<Api>,
    QueryString(which): QueryString<UnlockLogins>,
) -> Result<Json<Ended>, ApiError> {
    one_way(which.all, which.user.is_some() || which.address.is_some(), "user, address")?;
    let ended = api.inner.access.logins.unlock(which.user.as_deref(), which.address);
    tracing::info!(user = which.user, address = ?which.address, ended, "logins were unlocked");
    Ok(Json(Ended { ended: ended as u64 }))
}

/// Everything, or a part of it; never neither.
fn one_way(all: bool, part: bool, names: &str) -> Result<(), ApiError> {
    if all != part {
        return Ok(());
    }
    Err(ApiError::bad_request(
        format!("say which: {names}, or all=true"),
        format!("give one or more of {names}, or all=true alone"),
    ))
}

/// POP3 logins that entitle to relay.
#[utoipa::path(get, path = "/v1/pop-logins", tag = "logins", responses((status = 200, body = Vec<PopLoginView>), (status = "default", body = ErrorBody)))]
pub(super) async fn pop_logins(State(api): State<Api>) -> Json<Vec<PopLoginView>> {
    let now = api.inner.control.now();
    let view = |login: causeway_accounts::PopLogin| PopLoginView {
        client: login.client,
        user: login.user,
        at: login.at,
        until: now.plus(login.time_left),
    };
    Json(api.inner.access.pop_register.list(now).into_iter().map(view).collect())
}

/// Tells of a login at another POP3 server.
#[utoipa::path(post, path = "/v1/pop-logins", tag = "logins", request_body = ReportPopLogin, responses((status = 201, body = PopLoginView), (status = "default", body = ErrorBody)))]
pub(super) async fn report_pop_login(
    State(api): State<Api>,
    JsonBody(request): JsonBody<ReportPopLogin>,
) -> Result<(StatusCode, Json<PopLoginView>), ApiError> {
    let settings = api.inner.control.mail_flow().relay.pop_before_smtp;
    if !settings.enabled {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "POP-before-SMTP is off",
            "set [relay] pop_before_smtp = { enabled = true } in mailflow.toml and reload the server",
        ));
    }
    let user = request.user.trim();
    if user.is_empty() || user.len() > 254 || user.chars().any(char::is_control) {
        return Err(ApiError::bad_request(
            "user: must have 1 to 254 octets, on one line",
            "give the name that logged in",
        ));
    }
    let now = api.inner.control.now();
    let at = request.at.map_or(now, |at| at.min(now));
    let client = request.client.to_canonical();
    api.inner.access.pop_register.record(client, user, at).await?;
    let login = PopLoginView { client, user: user.to_owned(), at, until: at.plus(settings.window) };
    Ok((StatusCode::CREATED, Json(login)))
}

/// Ends what POP3 logins entitle to.
#[utoipa::path(delete, path = "/v1/pop-logins", tag = "logins", params(RevokePopLogins), responses((status = 200, body = Ended), (status = "default", body = ErrorBody)))]
pub(super) async fn revoke_pop_logins(
    State(api): State<Api>,
    QueryString(which): QueryString<RevokePopLogins>,
) -> Result<Json<Ended>, ApiError> {
    one_way(which.all, which.client.is_some() || which.user.is_some(), "client, user")?;
    let ended = api.inner.access.pop_register.revoke(which.client, which.user.as_deref()).await?;
    tracing::info!(client = ?which.client, user = which.user, ended, "POP3 logins were revoked");
    Ok(Json(Ended { ended: ended as u64 }))
}
