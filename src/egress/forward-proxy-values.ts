import { ForwardProxy } from './forward-proxy';
import { FORWARD_PROXY } from './known-props';
import { originationIntent, Originator } from './origination-values';
import { isAddress } from '../intent/addresses';
import { ForwardProxyIntent } from '../intent/forward-proxy';
import { Problem } from '../intent/problem';
import { singleAddresses } from '../intent/single-addresses';
import { Values } from '../intent/values';

/** Checks a forward proxy for the leg that it is for. */
export function forwardProxyIntent(values: Values, proxy: ForwardProxy | undefined, originator: Originator): ForwardProxyIntent | undefined {
  if (proxy === undefined) return undefined;
  values.kindOf('forwardProxy', proxy, 'a ForwardProxy, such as ForwardProxy.connect(...)', value => value instanceof ForwardProxy);
  const { host, port, addresses, tlsOrigination } = values.known('ForwardProxy.connect', proxy._options, FORWARD_PROXY);
  if (originator.at === 'sidecar' && originator.ports > 1) {
    values.refuse(Problem.TUNNEL_OF_SEVERAL, `a forward proxy is given for ${originator.ports} ports`,
      'Istio asks a proxy for one port a host: lead the egress through a gateway with an EgressGatewayRoute, and give forwardProxy to that instead');
  }
  if (tlsOrigination?._options.port !== undefined) {
    values.refuse(Problem.CONTRADICTING_PROPS, 'both the forward proxy and its TLS origination have a port', 'give the port of the forward proxy alone');
  }
  if (typeof host === 'string' && isAddress(host)) {
    values.refuse(Problem.INVALID_HOST, `host of the forward proxy is the address "${host}"`,
      `give it a name, such as "proxy.example.com", and the address as addresses: ["${host}"]; with addresses the name is not looked up`);
  }
  return {
    host: values.host('host of the forward proxy', values.required('host of the forward proxy', host)),
    addresses: singleAddresses(values, 'addresses of the forward proxy', addresses),
    port: values.port('port of the forward proxy', values.required('port of the forward proxy', port)),
    tlsOrigination: originationIntent(values, tlsOrigination, { ...originator, hosts: 1, ports: 1 }),
  };
}
