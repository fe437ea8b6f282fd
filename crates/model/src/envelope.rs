//! The envelope: what the client asked for in MAIL and RCPT, and where it came from.
//!
//! Nothing about routing is in here. Where a recipient goes is decided anew at every attempt,
//! under the configuration of that moment.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::address::{Address, ReversePath};

/// Everything of a message that is not its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Where reports go; null for reports themselves.
    pub reverse_path: ReversePath,
    /// In the order of RCPT; never empty in the store.
    pub recipients: Vec<Recipient>,
    /// `BODY=` of MAIL (RFC 6152, RFC 3030).
    #[serde(default)]
    pub body_type: BodyType,
    /// `SMTPUTF8` was given on MAIL (RFC 6531).
    #[serde(default)]
    pub smtputf8: bool,
    /// `RET=` (RFC 3461): what a failure report returns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ret: Option<Return>,
    /// `ENVID=` (RFC 3461), decoded from xtext.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envid: Option<String>,
    /// Who handed the message in.
    pub origin: Origin,
}

/// One RCPT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Where the message is to go.
    pub address: Address,
    /// `NOTIFY=` (RFC 3461); `None` when not given, which means failure (and delay).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<Notify>,
    /// `ORCPT=` as `(address type, address decoded from xtext)`, e.g. `("rfc822", "a@b.test")`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orcpt: Option<(String, String)>,
}

impl Recipient {
    /// A recipient without delivery status parameters.
    #[must_use]
    pub const fn plain(address: Address) -> Self {
        Self { address, notify: None, orcpt: None }
    }

    /// Whether a report is to be sent when this recipient fails for good.
    #[must_use]
    pub fn wants_failure(&self) -> bool {
        self.notify.is_none_or(|n| n.failure)
    }

    /// Whether a notice is to be sent when this recipient is late.
    #[must_use]
    pub fn wants_delay(&self) -> bool {
        self.notify.is_none_or(|n| n.delay)
    }

    /// Whether a report is to be sent when this recipient is delivered, relayed or expanded.
    #[must_use]
    pub fn wants_success(&self) -> bool {
        self.notify.is_some_and(|n| n.success)
    }
}

/// `NOTIFY=`. All false is `NEVER`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notify {
    /// `SUCCESS`.
    pub success: bool,
    /// `FAILURE`.
    pub failure: bool,
    /// `DELAY`.
    pub delay: bool,
}

/// `RET=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Return {
    /// The whole message.
    Full,
    /// Its header only.
    Headers,
}

/// `BODY=`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyType {
    /// `7BIT`, also when nothing was said. The content may still have 8-bit octets: see
    /// `eight_bit` of the stored message.
    #[default]
    SevenBit,
    /// `8BITMIME`.
    EightBitMime,
    /// `BINARYMIME`: travels by BDAT only.
    BinaryMime,
}

/// Who handed a message in. A message that Causeway wrote itself has `address: None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Origin {
    /// The client's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub address: Option<IpAddr>,
    /// The name it gave in EHLO or HELO, as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helo: Option<String>,
    /// The listener it came in by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listener: Option<String>,
    /// The inbound connector that recognised it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
    /// The mailbox it logged in as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// TLS version and cipher of the session, when there was TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
}
