//! Settings for mail programs: under the paths where programs look for them, for people, and for the command
//! line. These are the only answers for strangers, who come through a web server in front of us: they hold
//! what the DNS tells anyway, and the same for every address of a domain.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use causeway_model::{Address, Domain};
use serde::Deserialize;

use super::Api;
use super::error::ApiError;
use super::extract::QueryString;
use super::pages;
use crate::clients::autodiscover::{self, Refusal};
use crate::clients::{ClientSettings, autoconfig, domain_of, mobileconfig, page};
use crate::types::ErrorBody;

/// Octets of a request to Autodiscover. Outlook's have less than 1 KiB.
const MAX_REQUEST: usize = 16 * 1024;

/// Octets of an address in a query.
const MAX_ADDRESS: usize = 320;

/// The query of Thunderbird's request; other programs add parameters of their own.
#[derive(Debug, Deserialize)]
pub(super) struct AutoconfigQuery {
    emailaddress: Option<String>,
}

/// The query of the page and of the profile.
#[derive(Debug, Deserialize)]
pub(super) struct PageQuery {
    address: Option<String>,
    lang: Option<String>,
}

impl Api {
    fn client_settings(&self, domain: &Domain) -> Option<ClientSettings> {
        let control = &self.inner.control;
        ClientSettings::of(domain, &control.mail_flow(), &control.mail_services())
    }

    /// The settings for the domain that a request is about.
    fn settings_for(&self, address: Option<&str>, headers: &HeaderMap) -> Option<ClientSettings> {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let domain = domain_of(address, host, &self.inner.control.mail_flow())?;
        self.client_settings(&domain)
    }
}

/// What mail programs of its users need to know.
#[utoipa::path(get, path = "/v1/domains/{domain}/clients", tag = "mail flow", params(("domain" = String, Path, description = "An accepted domain")), responses((status = 200, body = ClientSettings), (status = "default", body = ErrorBody)))]
pub(super) async fn of_domain(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<Json<ClientSettings>, ApiError> {
    let shown: String = name.chars().take(80).collect();
    let settings = Domain::parse(&name).ok().and_then(|domain| api.client_settings(&domain));
    settings.map(Json).ok_or_else(|| {
        ApiError::not_found(
            format!("{shown:?} is not an accepted domain"),
            "see `causeway domain list` for the names",
        )
    })
}

/// `GET /.well-known/autoconfig/mail/config-v1.1.xml` and `GET /mail/config-v1.1.xml`.
pub(super) async fn autoconfig(
    State(api): State<Api>,
    QueryString(query): QueryString<AutoconfigQuery>,
    headers: HeaderMap,
) -> Response {
    let address = query.emailaddress.as_deref().filter(|address| address.len() <= MAX_ADDRESS);
    let settings = api.settings_for(address, &headers);
    match settings.filter(|settings| !settings.services.is_empty()) {
        Some(settings) => {
            answer(StatusCode::OK, "text/xml; charset=utf-8", autoconfig::document(&settings))
        }
        None => not_ours().into_response(),
    }
}

/// `POST /autodiscover/autodiscover.xml`. Every answer is 200, as Outlook expects.
pub(super) async fn autodiscover(State(api): State<Api>, body: Body) -> Response {
    let request = axum::body::to_bytes(body, MAX_REQUEST).await.unwrap_or_default();
    let address = std::str::from_utf8(&request)
        .map_err(|_| Refusal::InvalidRequest)
        .and_then(autodiscover::address);
    let document = address.and_then(|address| {
        let settings = api
            .client_settings(address.domain())
            .filter(|settings| !settings.services.is_empty())
            .ok_or(Refusal::NoSuchAddress)?;
        Ok(autodiscover::document(&settings, &address))
    });
    let document = document.unwrap_or_else(|refusal| {
        let now = api.inner.control.now().rfc3339();
        autodiscover::refusal(refusal, now.get(11..19).unwrap_or_default())
    });
    answer(StatusCode::OK, "text/xml; charset=utf-8", document)
}

/// `GET /settings/mail.mobileconfig`.
pub(super) async fn mobileconfig(
    State(api): State<Api>,
    QueryString(query): QueryString<PageQuery>,
) -> Result<Response, ApiError> {
    let address = query.address.as_deref().unwrap_or_default();
    let address = Address::parse(address).map_err(|error| {
        ApiError::bad_request(
            format!("address: {error}"),
            "ask with ?address=name@domain, and %40 for the @ sign",
        )
    })?;
    let settings = api.client_settings(address.domain()).ok_or_else(not_ours)?;
    let document = mobileconfig::document(&settings, &address).ok_or_else(|| {
        ApiError::not_found(
            "mail cannot be both fetched and sent here",
            "configure a pop3s and a submissions listener in causeway.toml",
        )
    })?;
    let mut response = answer(StatusCode::OK, "application/x-apple-aspen-config", document);
    let name = header::HeaderValue::from_static("attachment; filename=\"mail.mobileconfig\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// `GET /settings`.
pub(super) async fn page(
    State(api): State<Api>,
    QueryString(query): QueryString<PageQuery>,
    headers: HeaderMap,
) -> Response {
    let address = query.address.as_deref().map(str::trim);
    let address = address.filter(|address| !address.is_empty() && address.len() <= MAX_ADDRESS);
    let language = pages::language_of(&api, query.lang.as_deref(), &headers);
    let settings = api.settings_for(address, &headers);
    let status = match (&settings, address) {
        (None, Some(_)) => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    };
    let document = page::document(settings.as_ref(), address, language);
    pages::answer(status, document)
}

fn answer(status: StatusCode, kind: &'static str, document: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (status, headers, document).into_response()
}

fn not_ours() -> ApiError {
    ApiError::not_found(
        "there is no mail for this domain here",
        "check the part of the address after the @ sign",
    )
}
