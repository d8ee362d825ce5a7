import { spawn, spawnSync } from 'child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import fc from 'fast-check';
import { EgressGatewayRoute, SniProxy, SniProxyGateway, TlsEgress } from '../../src';
import { configuration } from '../../src/emit/nginx/configuration';
import { SniProxyIntent } from '../../src/intent/sni-proxy';
import { SniListener } from '../../src/plan/plan';
import { chartOf, theDocument } from '../support';

const PROXY: SniProxyIntent = {
  program: 'nginx', resolver: '127.0.0.1', addressFamily: 'IPV4', connectTimeout: 5000, idleTimeout: 60_000, deniedRanges: [], allowedRanges: [],
};
const STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so';
const HAS_NGINX = spawnSync('nginx', ['-v']).status === 0;
const MODULE = existsSync(STREAM) ? ['-g', `load_module ${STREAM};`] : [];

/** Text that could end a value, a directive, a block or a line, or begin a variable or a comment. */
const hostile = fc.oneof(
  fc.constantFrom('";}', "';", '}', '{', ';', '\n', '\r\n', '$', '${a}', '#', '\\', '\\"', '\\\\"', '"', '(?{x})', '[', '(', '*', '\\z|.*', '\0', ' ', '\t', 'é', '~', '*.', '.com', 'a', 'x-1'),
  fc.string(),
  fc.string({ unit: 'binary' }),
);
const text = fc.array(hostile, { minLength: 1, maxLength: 6 }).map(parts => parts.join(''));

function listener(wildcard: string, name = 'a-1'): SniListener {
  return { name, ownName: `${name}.bookinfo.egress.internal`, socket: `/var/run/sni/${name}.sock`, hosts: [wildcard], port: 443 };
}

/** A folder for sockets in the place of the container's. */
function withFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function accepted(conf: string): string {
  return withFolder(folder => {
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, conf.replaceAll('/var/run/sni', folder).replace('/dev/stdout', join(folder, 'access.log')));
    writeFileSync(join(folder, 'resolver.conf'), 'resolver 127.0.0.1;');
    const { status, stderr } = spawnSync('nginx', ['-t', '-e', 'stderr', '-c', file, ...MODULE], { encoding: 'utf8' });
    return status === 0 ? 'accepted' : stderr;
  });
}

test('whatever a wildcard holds, it stays inside one quoted expression', () => {
  const lines = (wildcard: string) => configuration(PROXY, 2, [listener(wildcard)]).split('\n');
  const plain = lines('*.example.com');
  fc.assert(fc.property(text, wildcard => {
    const written = lines(wildcard);
    expect(written).toHaveLength(plain.length);
    for (const [i, line] of written.entries()) {
      if (line !== plain[i]) {
        expect(line).toMatch(/^ {4}"~\*\^(\[-_a-z0-9\.\]\*\[-_a-z0-9\])?(\\x[0-9a-f]{2}|[-A-Za-z0-9])*\\z" \$ssl_preread_server_name:443;$/);
      }
    }
  }), { numRuns: 1000 });
});

test('a host that a user types is refused, or stands in the expression letter by letter', () => {
  fc.assert(fc.property(fc.oneof(text, text.map(host => `*.${host}`), fc.domain().map(host => `*.${host}`)), host => {
    const chart = chartOf('egress');
    let egress: TlsEgress;
    try {
      egress = new TlsEgress(chart, 'egress', { hosts: [host] });
    } catch (error) {
      expect(String(error)).toMatch(/\[egress\/egress\] (wildcard-host|invalid-host|host-in-mesh): /);
      return;
    }
    expect(host).toMatch(/^(\*\.)?[-a-z0-9.]+$/);
    new EgressGatewayRoute(chart, 'route', { egress, gateway: new SniProxyGateway(chart, 'gateway', { name: 'sni' }) });
    const conf: string = theDocument(chart, 'ConfigMap').data['nginx.conf'];
    expect(conf.split('\n').filter(line => line.includes('~*'))).toHaveLength(host.startsWith('*.') ? 1 : 0);
    expect(!host.startsWith('*.') || conf.includes(`${host.slice(1).replaceAll('.', '\\x2e')}\\z"`)).toBe(true);
  }), { numRuns: 500 });
});

describe('the expression for *.example.com', () => {
  const [, source] = /"~\*(.*)\\z"/.exec(configuration(PROXY, 2, [listener('*.example.com')]))!;
  const takes = (name: string) => new RegExp(`${source}(?!\\n)$`, 'i').test(name);

  test.each(['a.example.com', 'A.Example.COM', 'a.b.example.com', 'a_b-c.example.com', 'xn--a.example.com'])('takes %s', name => {
    expect(takes(name)).toBe(true);
  });

  test.each([
    '', 'example.com', '.example.com', 'a..example.com', 'aexample.com', 'a.example.com.evil.net', 'a.exampleXcom', '198.51.100.66:443/x.example.com',
    'evil.net:443.example.com', 'unix:/x.example.com', 'a b.example.com', 'a.example.com:80', 'a.example.com\n', '$a.example.com', '[::1].example.com',
  ])('does not take %j', name => {
    expect(takes(name)).toBe(false);
  });
});

const real = HAS_NGINX || process.env.CI === 'true' ? describe : describe.skip;
if (!HAS_NGINX) {
  console.warn('nginx is not installed: what is written for it is not tried. On Debian: apt-get install nginx libnginx-mod-stream. With CI=true this fails.');
}

test.each([
  ['0.000', '0'], ['0.001', '1'], ['0.012', '12'], ['0.100', '100'], ['1.000', '1000'], ['3600.034', '3600034'],
])('%s seconds are %s milliseconds', (seconds, milliseconds) => {
  const [, map] = /map \$session_time \$duration_ms \{\n(.*?)\n {2}\}/s.exec(configuration(PROXY, 2, [listener('*.example.com')]))!;
  const { groups, value } = [...map.matchAll(/"~(.*)" (.*);/g)].map(([, pattern, result]) => ({ groups: new RegExp(pattern).exec(seconds)?.groups, value: result }))
    .find(({ groups: found }) => found !== undefined)!;
  expect(value.replace(/\$([a-z_]+)/g, (_, name) => groups![name])).toBe(milliseconds);
});

real('real nginx', () => {
  test('takes what is written for an app', () => {
    const chart = chartOf('egress');
    const gateway = new SniProxyGateway(chart, 'gateway', { name: 'sni', proxy: SniProxy.nginx({ resolver: 'fd00::a', workers: 1 }) });
    for (let i = 0; i < 300; i++) {
      const egress = new TlsEgress(chart, `a-rather-long-name-of-an-egress-${i}`, { hosts: [`*.n${i}.example.com`], port: 1 + i });
      new EgressGatewayRoute(chart, `a-rather-long-name-of-a-route-to-egress-${i}`, { egress, gateway });
    }
    expect(accepted(theDocument(chart, 'ConfigMap').data['nginx.conf'])).toBe('accepted');
  });

  test('takes it with no route, and refuses it with one directive more that it does not know', () => {
    const conf = configuration(PROXY, 2, []);
    expect(accepted(conf)).toBe('accepted');
    expect(accepted(`${conf}\nbroken;\n`)).toContain('unknown directive "broken"');
  });

  test('takes it whatever the wildcards hold', () => {
    fc.assert(fc.property(fc.array(text, { minLength: 20, maxLength: 40 }), wildcards => {
      expect(accepted(configuration(PROXY, 2, wildcards.map((wildcard, i) => listener(wildcard, `a-${i}`))))).toBe('accepted');
    }), { numRuns: 15 });
  });

  test('starts again where one was killed, as the container does it and not without', async () => {
    const chart = chartOf('egress');
    const egress = new TlsEgress(chart, 'egress', { hosts: ['*.example.com'] });
    new EgressGatewayRoute(chart, 'route', { egress, gateway: new SniProxyGateway(chart, 'gateway', { name: 'sni', proxy: SniProxy.nginx({ workers: 1 }) }) });
    const [shell, flags, script] = theDocument(chart, 'Deployment').spec.template.spec.containers[1].command;
    const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
    const here = (line: string) => line.replaceAll('/var/run/sni', folder).replaceAll('/etc/sni', folder).replaceAll('/etc/resolv.conf', join(folder, 'resolv.conf'))
      .replace('exec nginx', MODULE.length > 0 ? `exec nginx -g '${MODULE[1]}'` : 'exec nginx');
    writeFileSync(join(folder, 'nginx.conf'), here(theDocument(chart, 'ConfigMap').data['nginx.conf']).replace('/dev/stdout', join(folder, 'access.log')));
    writeFileSync(join(folder, 'resolv.conf'), 'search example\nnameserver 127.0.0.1\nnameserver fd00::a\noptions ndots:5\n');
    /** How nginx ended: killed by us once its socket is there, or by itself. */
    const run = (lines: string) => new Promise<string>(resolve => {
      rmSync(join(folder, 'nginx.pid'), { force: true });
      const child = spawn(shell, [flags, here(lines)], { detached: true });
      let said = '';
      child.stderr.on('data', data => said += data);
      const wait = setInterval(() => existsSync(join(folder, 'nginx.pid')) && process.kill(-child.pid!, 'SIGKILL'), 20);
      child.on('close', (_, signal) => {
        clearInterval(wait);
        resolve(signal ?? said);
      });
    });
    try {
      expect(await run(script)).toBe('SIGKILL');
      expect(readdirSync(folder).filter(file => file.endsWith('.sock'))).toHaveLength(1);
      expect(await run(script)).toBe('SIGKILL');
      expect(await run(script.split('\n').slice(1).join('\n'))).toMatch(/Address already in use/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 20_000);
});
