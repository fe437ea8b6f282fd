//! The keys for signing, from the store into use.

use causeway_admin::ControlError;
use causeway_dkim::{STORE_PREFIX, Signer, SigningKey};
use causeway_store::{SharedStore, StoreError};
use tracing::{error, warn};

use super::Server;

/// Makes the keys of the store ready. What cannot be read does not sign, and the log says so.
pub(crate) async fn load(store: &SharedStore) -> Result<Signer, StoreError> {
    let mut keys: Vec<SigningKey> = Vec::new();
    for (name, text) in store.recall_all(STORE_PREFIX.into()).await? {
        match serde_json::from_str(&text) {
            Ok(key) => keys.push(key),
            Err(problem) => error!(name, %problem, "a key for signing cannot be read"),
        }
    }
    let (signer, problems) = Signer::new(&keys);
    for problem in problems {
        error!(%problem, "mail is not signed with this key");
    }
    Ok(signer)
}

/// Puts the keys that the store has now in use.
pub(crate) async fn renew(server: &Server) {
    match load(&server.store).await {
        Ok(signer) => server.signer.store(signer.into()),
        Err(problem) => {
            warn!(%problem, "the keys for signing could not be read; the old ones hold");
        }
    }
}

/// The TXT records of a name, as DNS has them now.
pub(crate) async fn text_records(
    server: &Server,
    name: String,
) -> Result<Vec<String>, ControlError> {
    let found = server.dispatch.text_records(&name).await;
    found.map_err(|failure| ControlError::Unavailable(format!("DNS gave no answer: {failure:?}")))
}
