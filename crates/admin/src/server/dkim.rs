//! Routes about the keys that sign mail of ours.

use axum::Json;
use axum::extract::State;
use causeway_dkim::{KeyError, STORE_PREFIX, SigningKey, is_same_record};
use serde::Deserialize;

use super::Api;
use super::error::ApiError;
use super::extract::{JsonBody, QueryString};
use crate::types::{AddSigningKey, ErrorBody, PublishedRecord, RemoveSigningKeys, SigningKeyView};

/// Keys that one domain may have.
const MOST_KEYS: usize = 8;

/// The query of [`list`].
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct KeysQuery {
    /// Whether DNS is asked.
    check: bool,
}

async fn keys(api: &Api) -> Result<Vec<SigningKey>, ApiError> {
    let kept = api.inner.store.recall_all(STORE_PREFIX.into()).await?;
    Ok(kept.into_iter().filter_map(|(_, text)| serde_json::from_str(&text).ok()).collect())
}

fn view(key: &SigningKey) -> Result<SigningKeyView, ApiError> {
    let record_value = key.record_value().map_err(|error| refusal(&error))?;
    Ok(SigningKeyView {
        domain: key.domain.clone(),
        selector: key.selector.clone(),
        algorithm: key.algorithm,
        created_at: key.created_at,
        record_name: key.record_name(),
        record_value,
        published: None,
    })
}

/// The keys that sign, with the records to publish.
#[utoipa::path(get, path = "/v1/dkim", tag = "reports", params(KeysQuery), responses((status = 200, body = Vec<SigningKeyView>), (status = "default", body = ErrorBody)))]
pub(super) async fn list(
    State(api): State<Api>,
    QueryString(query): QueryString<KeysQuery>,
) -> Result<Json<Vec<SigningKeyView>>, ApiError> {
    let mut views = Vec::new();
    for key in keys(&api).await? {
        let mut view = view(&key)?;
        if query.check {
            view.published = Some(published(&api, &view).await);
        }
        views.push(view);
    }
    Ok(Json(views))
}

async fn published(api: &Api, key: &SigningKeyView) -> PublishedRecord {
    match api.inner.control.text_records(key.record_name.clone()).await {
        Err(_) => PublishedRecord::NoAnswer,
        Ok(records) if records.is_empty() => PublishedRecord::No,
        Ok(records) => {
            match records.iter().any(|record| is_same_record(record, &key.record_value)) {
                true => PublishedRecord::Yes,
                false => PublishedRecord::Different,
            }
        }
    }
}

/// Makes a key for a domain and signs with it from now on.
#[utoipa::path(post, path = "/v1/dkim", tag = "reports", request_body = AddSigningKey, responses((status = 200, body = SigningKeyView), (status = "default", body = ErrorBody)))]
pub(super) async fn add(
    State(api): State<Api>,
    JsonBody(request): JsonBody<AddSigningKey>,
) -> Result<Json<SigningKeyView>, ApiError> {
    // One at a time: what is counted must hold.
    let _alone = api.inner.signing_keys.lock().await;
    let now = api.inner.control.now();
    let selector = match request.selector {
        Some(selector) => selector,
        // cw202611r: the month is what matters when keys are changed.
        None => {
            let month: String =
                now.rfc3339().chars().filter(char::is_ascii_digit).take(6).collect();
            format!("cw{month}{}", &request.algorithm.name()[..1])
        }
    };
    let known = keys(&api).await?;
    let mut of_domain = known.iter().filter(|key| key.domain == request.domain);
    if of_domain.clone().count() >= MOST_KEYS {
        return Err(ApiError::bad_request(
            format!("{} has {MOST_KEYS} keys already", request.domain),
            "remove those that are used no more (causeway dkim remove)",
        ));
    }
    if of_domain.any(|key| key.selector.eq_ignore_ascii_case(&selector)) {
        return Err(causeway_store::StoreError::Exists(format!(
            "the key {selector} of {}",
            request.domain
        ))
        .into());
    }
    let (domain, algorithm) = (request.domain, request.algorithm);
    let made = tokio::task::spawn_blocking(move || {
        SigningKey::generate(domain, &selector, algorithm, now)
    })
    .await;
    let key = made.unwrap_or(Err(KeyError::Machinery)).map_err(|error| refusal(&error))?;
    let text = serde_json::to_string(&key).map_err(|error| {
        ApiError::unavailable(format!("the key could not be kept: {error}"), "try again")
    })?;
    api.inner.store.remember(key.store_key(), text).await?;
    api.inner.control.signing_keys_changed().await;
    tracing::info!(record = %key.record_name(), "a key for signing was made");
    Ok(Json(view(&key)?))
}

/// Removes keys of a domain.
#[utoipa::path(delete, path = "/v1/dkim", tag = "reports", request_body = RemoveSigningKeys, responses((status = 200, body = Vec<SigningKeyView>), (status = "default", body = ErrorBody)))]
pub(super) async fn remove(
    State(api): State<Api>,
    JsonBody(request): JsonBody<RemoveSigningKeys>,
) -> Result<Json<Vec<SigningKeyView>>, ApiError> {
    let _alone = api.inner.signing_keys.lock().await;
    let wanted = |key: &SigningKey| {
        key.domain == request.domain
            && request.selector.as_ref().is_none_or(|s| key.selector.eq_ignore_ascii_case(s))
    };
    let gone: Vec<SigningKey> = keys(&api).await?.into_iter().filter(wanted).collect();
    if gone.is_empty() {
        return Err(ApiError::not_found(
            format!("there is no such key of {}", request.domain),
            "see `causeway dkim list`",
        ));
    }
    let views = gone.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    let names = gone.iter().map(SigningKey::store_key).collect();
    api.inner.store.forget_facts(names).await?;
    api.inner.control.signing_keys_changed().await;
    tracing::info!(domain = %request.domain, keys = views.len(), "keys for signing were removed");
    Ok(Json(views))
}

fn refusal(error: &KeyError) -> ApiError {
    let what = error.to_string();
    match error {
        KeyError::BadSelector(_) => ApiError::bad_request(what, "choose another selector"),
        KeyError::Machinery => ApiError::unavailable(what, "try again"),
        KeyError::Unreadable { .. } => {
            ApiError::unavailable(what, "remove it and make a new one (causeway dkim)")
        }
    }
}
