export * from './egress/egress';
export * from './egress/tcp-egress';
export * from './egress/tls-egress';
export * from './explain/egress-ways';
export * from './gateway/egress-gateway';
export * from './gateway/gateway-hop';
export * from './plan/intent';
export * from './route/egress-gateway-route';
