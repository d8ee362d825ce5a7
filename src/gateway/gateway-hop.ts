/** How the way from a client's sidecar to the gateway is secured. */
export class GatewayHop {
  /**
   * Mutual TLS of the mesh, for TCP and TLS alike: any number of routes share one port of the gateway, and the gateway knows
   * who calls. The application's own TLS goes inside.
   */
  public static mutualTls(): GatewayHop {
    return new GatewayHop('mutual-tls');
  }

  /**
   * Mutual TLS of the mesh inside which the gateway reads HTTP, for HTTP egresses: for rules on methods and paths, as
   * `route.allowRequests` gives them. A policy of your own on the gateway's pods must be held to the route's own name by
   * `when: connection.sni`, or it denies every other route of that gateway. The server sees the Host header that clients send (with the port, unless it is 80); headers by which proxies tell of the
   * caller do not leave. The gateway retries by itself, as sidecars do.
   */
  public static http(): GatewayHop {
    return new GatewayHop('mutual-tls', undefined, true);
  }

  /**
   * The application's own TLS and nothing around it; any number of hosts share one port of the gateway, each host once.
   * For TLS egresses. The gateway cannot know who calls: only a NetworkPolicy can refuse anybody.
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
