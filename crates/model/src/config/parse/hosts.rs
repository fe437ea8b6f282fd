//! Values that name machines: networks, addresses, sockets and hosts with their ports.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use toml_edit::Item;

use super::Wrong;
use super::values::{Read, plain_domain, shown, string, write};
use crate::config::{Host, SmartHost};
use crate::said;
use crate::said::Said;

/// `192.0.2.0/24`, `2001:db8::/32`, or one address.
pub(super) fn network(item: &Item) -> Read<IpNet> {
    let text = string(item, || {
        said!("parse-write-network", "write a network in quotes, such as \"192.0.2.0/24\"")
    })?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    let network: IpNet = text.parse().map_err(|_| {
        Wrong::new(
            said!("parse-no-network", "{text} is no network", text = shown(text)),
            said!(
                "parse-no-network.do",
                "write an address with the length of its network part, such as 192.0.2.0/24 or 2001:db8::/32, or a single address"
            ),
        )
    })?;
    if network.addr() != network.network() {
        return Err(Wrong::new(
            said!(
                "parse-host-bits",
                "{text} is an address inside of a network",
                text = shown(text)
            ),
            said!(
                "parse-host-bits.do",
                "write {network} for the whole network, or {address} for the one address",
                address = network.addr(),
                network = network.trunc()
            ),
        ));
    }
    Ok(network)
}

/// The same for those that a connector recognises its peer by.
pub(super) fn peer_network(item: &Item) -> Read<IpNet> {
    let network = network(item)?;
    if network.prefix_len() == 0 {
        let family = if network.addr().is_ipv4() { "IPv4" } else { "IPv6" };
        return Err(Wrong::new(
            said!(
                "parse-everybody",
                "{network} is every {family} address: anybody would be this connector's peer",
                network = network,
                family = family
            ),
            said!("parse-everybody.do", "write the peer's own addresses"),
        ));
    }
    Ok(network)
}

pub(super) fn ip_address(item: &Item) -> Read<IpAddr> {
    let text = string(item, || said!("parse-write-ip", "write an IP address in quotes"))?;
    text.parse().map_err(|_| {
        Wrong::new(
            said!("parse-no-ip", "{text} is no IP address", text = shown(text)),
            said!("parse-no-ip.do", "write it like 192.0.2.1 or 2001:db8::1"),
        )
    })
}

/// `0.0.0.0:25`, `[::]:25`.
pub(super) fn socket_address(item: &Item) -> Read<SocketAddr> {
    let text = string(item, || said!("parse-write-socket", "write address and port in quotes"))?;
    let instead = match (text.parse::<IpAddr>(), text.strip_prefix(':'), text.rsplit_once(':')) {
        (Ok(address), ..) => said!(
            "parse-add-port",
            "add the port, like {example}",
            example = SocketAddr::new(address, 25)
        ),
        (_, Some(port), _) => {
            said!("parse-write-port", "write 0.0.0.0:{port} or [::]:{port}", port = port)
        }
        (_, _, Some(("localhost", port))) => write(&format!("127.0.0.1:{port}")),
        _ => said!("parse-no-socket.do", "write address and port, like 0.0.0.0:25 or [::]:25"),
    };
    text.parse().map_err(|_| {
        let what =
            said!("parse-no-socket", "{text} is no IP address with a port", text = shown(text));
        Wrong::new(what, instead)
    })
}

/// The same for a name server, whose port is 53 unless written.
pub(super) fn name_server(item: &Item) -> Read<SocketAddr> {
    let text = string(item, || {
        said!("parse-write-name-server", "write a name server's address in quotes")
    })?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(SocketAddr::new(address, 53));
    }
    text.parse().map_err(|_| {
        Wrong::new(
            said!("parse-no-name-server", "{text} is no name server's address", text = shown(text)),
            said!("parse-no-name-server.do", "write it like 192.0.2.53 or 127.0.0.1:53"),
        )
    })
}

/// One entry of `smart_hosts`: a host, or a list of hosts that share the mail evenly.
pub(super) fn smart_hosts(item: &Item) -> Read<Vec<SmartHost>> {
    let Some(group) = item.as_array() else { return smart_host(item).map(|host| vec![host]) };
    if group.is_empty() {
        return Err(Wrong::new(
            said!("parse-empty-group", "an empty list in the list"),
            said!("parse-empty-group.do", "write hosts into it, or remove it"),
        ));
    }
    group.iter().map(|host| smart_host(&Item::Value(host.clone()))).collect()
}

/// `name`, `name:port`, IPv4, IPv4:port, `[IPv6]`, `[IPv6]:port` or plain IPv6.
pub(super) fn smart_host(item: &Item) -> Read<SmartHost> {
    smart_host_of(string(item, || said!("parse-write-host", "write a host in quotes"))?)
}

/// The same without a port.
pub(super) fn host(item: &Item) -> Read<Host> {
    match smart_host(item)? {
        SmartHost { host, port: 25 } => Ok(host),
        SmartHost { port, .. } => Err(Wrong::new(
            said!("parse-port-here", "a port ({port}) has no meaning here", port = port),
            said!("parse-port-here.do", "write only the host, like gateway.contoso.example"),
        )),
    }
}

impl std::str::FromStr for SmartHost {
    type Err = String;

    /// As in `smart_hosts`; the error says what is wrong, and what to write instead.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        smart_host_of(text).map_err(|wrong| format!("{}; {}", wrong.what, wrong.instead))
    }
}

fn smart_host_of(text: &str) -> Read<SmartHost> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(SmartHost { host: Host::Address(address), port: 25 });
    }
    if let Some(rest) = text.strip_prefix('[') {
        return bracketed(text, rest);
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, port_of(text, port)?),
        None => (text, 25),
    };
    if let Ok(address) = name.parse::<std::net::Ipv4Addr>() {
        return Ok(SmartHost { host: Host::Address(address.into()), port });
    }
    if name.contains('/') {
        return Err(Wrong::new(
            no_host(text),
            said!("parse-no-host.do", "write a name or one address, not a network or a URL"),
        ));
    }
    let no = |why| said!("parse-no-host-name", "{text} is no host: {why}", text = shown(name); why = why);
    let name = plain_domain(name, no).map_err(|wrong| {
        let instead = said!(
            "parse-no-host-name.do",
            "write it like mail.corp.example, mail.corp.example:2525, 192.0.2.7 or [2001:db8::7]:25"
        );
        Wrong::new(*wrong.what, instead)
    })?;
    Ok(SmartHost { host: Host::Name(name), port })
}

fn no_host(text: &str) -> Said {
    said!("parse-no-host", "{text} is no host", text = shown(text))
}

fn bracketed(text: &str, rest: &str) -> Read<SmartHost> {
    let wrong = || {
        let instead = said!("parse-write-bracketed", "write it like [2001:db8::7]:25");
        Wrong::new(no_host(text), instead)
    };
    let (inside, after) = rest.split_once(']').ok_or_else(wrong)?;
    let inside = inside.strip_prefix("IPv6:").unwrap_or(inside);
    let address = match inside.parse::<Ipv6Addr>() {
        Ok(v6) => IpAddr::V6(v6),
        Err(_) => inside.parse().map_err(|_| wrong())?,
    };
    let port = match after {
        "" => 25,
        _ => port_of(text, after.strip_prefix(':').ok_or_else(wrong)?)?,
    };
    Ok(SmartHost { host: Host::Address(address), port })
}

fn port_of(text: &str, port: &str) -> Read<u16> {
    match port.parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(Wrong::new(
            said!("parse-no-port", "{text} has no good port", text = shown(text)),
            said!("parse-no-port.do", "write a port from 1 to 65535 after the colon"),
        )),
    }
}
