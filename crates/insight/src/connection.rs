//! Opening connections: to the server in question, to others for comparison, to its other port.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use causeway_model::{Failure, Stage};
use causeway_net::dial;

use crate::finding::{Control, Fact};

/// The port for mail programs: a host that takes connections there is alive.
const SUBMISSION: u16 = 587;

/// From where, and for how long.
#[derive(Clone, Debug)]
pub(crate) struct Dialer {
    /// Addresses to send from; empty: the system chooses.
    pub(crate) sources: Vec<IpAddr>,
    /// For one connection.
    pub(crate) timeout: Duration,
}

impl Dialer {
    pub(crate) async fn open(&self, address: SocketAddr) -> Result<tokio::net::TcpStream, Failure> {
        dial::connect(address, &self.sources, self.timeout).await
    }

    pub(crate) async fn connect(&self, address: SocketAddr) -> Fact {
        match self.open(address).await {
            Ok(stream) => {
                Fact::Connected { address, from: stream.local_addr().ok().map(|own| own.ip()) }
            }
            Err(failure) if is_dropped(&failure) => Fact::Connected { address, from: None },
            Err(failure) => Fact::ConnectFailed { address, failure },
        }
    }

    pub(crate) async fn control(&self, control: &Control) -> Fact {
        let control = control.clone();
        match self.open(control.address).await {
            Ok(_) => Fact::ControlReached { control },
            Err(failure) if is_dropped(&failure) => Fact::ControlReached { control },
            Err(failure) => Fact::ControlFailed { control, failure },
        }
    }

    pub(crate) async fn submission(&self, ip: IpAddr) -> Fact {
        let address = SocketAddr::new(ip, SUBMISSION);
        match self.open(address).await {
            Ok(_) => Fact::SubmissionOpen { address },
            Err(failure) if is_dropped(&failure) => Fact::SubmissionOpen { address },
            Err(failure) => Fact::SubmissionClosed { address, failure },
        }
    }
}

/// It was accepted, and dropped at once: there is somebody who takes connections.
pub(crate) const fn is_dropped(failure: &Failure) -> bool {
    matches!(failure, Failure::ClosedAbruptly { .. })
}

/// A connection that did not come about, or was dropped before its greeting.
pub(crate) fn unusable(address: SocketAddr, failure: Failure) -> Vec<Fact> {
    if !is_dropped(&failure) {
        return vec![Fact::ConnectFailed { address, failure }];
    }
    let dropped = Fact::SessionFailed { address, stage: Stage::Banner, failure };
    vec![Fact::Connected { address, from: None }, dropped]
}
