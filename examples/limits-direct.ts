import { App, Chart, Duration } from 'cdk8s';
import { HttpEgress, HttpProtocol, TcpEgress } from 'cdk8s-istio-egress';

/** Timeouts, retries and limits that the sidecar keeps, over HTTP and over bytes. */
export const app = new App();
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

new HttpEgress(chart, 'slow', { hosts: ['slow.example.com'], timeout: Duration.millis(400) });
new HttpEgress(chart, 'slow-try', { hosts: ['slow-try.example.com'], retries: 1, perTryTimeout: Duration.millis(300), retryOn: 'reset' });
new HttpEgress(chart, 'unsteady', { hosts: ['down.example.com', 'reset.example.com', 'unsteady.example.com'], retries: 2, retryOn: '5xx,reset' });
new HttpEgress(chart, 'once', { hosts: ['once.example.com'], protocol: HttpProtocol.GRPC, retries: 0 });
new HttpEgress(chart, 'usual', { hosts: ['usual.example.com'], protocol: HttpProtocol.GRPC });
new HttpEgress(chart, 'busy', { hosts: ['busy.example.com'], maxRequests: 2 });
new HttpEgress(chart, 'pair', { hosts: ['pair.example.com'], retries: 3, retryOn: '5xx', consecutive5xxErrors: 1 });
new HttpEgress(chart, 'alone', { hosts: ['alone.example.com'], retries: 0, consecutive5xxErrors: 1 });
new HttpEgress(chart, 'silent', { hosts: ['silent.example.com'], retries: 0, connectTimeout: Duration.millis(300) });
new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432, maxConnections: 1, connectTimeout: Duration.millis(300) });
new TcpEgress(chart, 'lost', { host: 'lost.example.com', addresses: ['203.0.113.11'], port: 5432, connectTimeout: Duration.millis(300) });
new TcpEgress(chart, 'cache', { host: 'cache.example.com', anyAddress: true, port: 6379, consecutive5xxErrors: 1 });

app.synth();
