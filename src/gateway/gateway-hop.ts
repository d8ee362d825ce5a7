/** How the way from a client's sidecar to the gateway is secured. */
export class GatewayHop {
  /**
   * Mutual TLS (mTLS) of the mesh, for TCP and TLS alike: the gateway knows who calls, and refuses namespaces that are no clients. Any number
   * of routes share one port of the gateway. The application's own TLS goes inside.
   */
  public static mutualTls(): GatewayHop {
    return new GatewayHop('mutual-tls');
  }

  /**
   * Mutual TLS (mTLS) of the mesh, inside which the gateway reads HTTP: for rules on methods and paths, as `route.allowRequests` gives them.
   * For an HttpEgress.
   *
   * The server gets the Host header that clients send (with the port, unless it is 80), and no header by which proxies tell of the caller. The
   * gateway retries by itself, as sidecars do. Hold a policy of your own on the gateway's pods to the route's own name, by
   * `when: connection.sni`, or it denies every other route of that gateway.
   */
  public static http(): GatewayHop {
    return new GatewayHop('mutual-tls', undefined, true);
  }

  /**
   * The application's own TLS and nothing around it, for a TlsEgress; any number of hosts share one port of the gateway, each host once. The
   * gateway cannot know who calls: only a NetworkPolicy can refuse anybody.
   */
  public static passthrough(): GatewayHop {
    return new GatewayHop('passthrough');
  }

  /**
   * What the application speaks and nothing around it, on a port of the gateway's Service that this route has for itself.
   * The gateway cannot know who calls: only a NetworkPolicy can refuse anybody.
   *
   * @param port port of the gateway's Service, from 1 to 65535, not the one of mutual TLS
   */
  public static plaintext(port: number): GatewayHop {
    return new GatewayHop('plaintext', port);
  }

  private constructor(
    /** @internal */ public readonly _security: 'mutual-tls' | 'passthrough' | 'plaintext',
    /** @internal */ public readonly _port?: number,
    /** @internal */ public readonly _http: boolean = false,
  ) {}
}
