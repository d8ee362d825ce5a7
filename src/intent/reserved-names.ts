/** Domains of the names that routes of an app have of their own at gateways, and of those by which sidecars of a namespace know hosts. */
export const APPS_DOMAIN = 'egress.internal';
export const NAMESPACES_DOMAIN = 'ns-egress.internal';

/** Hosts that no egress may have. */
export const OWN_DOMAINS = [APPS_DOMAIN, NAMESPACES_DOMAIN];

/** Labels of every entry: with DNS capture a virtual address would be matched instead of the SNI. */
export const ENTRY_LABELS = { 'networking.istio.io/enable-autoallocate-ip': 'false' };

/** The label by which everything that the library writes is known. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'cdk8s-istio-egress' };

/** The label that holds the app's name. */
export const PART_OF = 'app.kubernetes.io/part-of';

/** Labels that users must not set. */
export const RESERVED_LABELS = [...Object.keys(ENTRY_LABELS), ...Object.keys(MANAGED_BY), PART_OF];
