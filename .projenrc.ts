import { cdk8s, javascript } from 'projen';

const project = new cdk8s.ConstructLibraryCdk8s({
  name: 'cdk8s-istio-egress',
  description: 'Typed cdk8s constructs for Istio egress: say what may leave the mesh and which way',
  keywords: ['cdk8s', 'istio', 'egress', 'gateway', 'service-mesh'],
  author: 'the cdk8s-istio-egress authors',
  authorAddress: 'authors@cdk8s-istio-egress.example.com',
  repositoryUrl: 'https://github.com/cdk8s-istio-egress/cdk8s-istio-egress.git',
  license: 'Apache-2.0',
  copyrightOwner: 'the cdk8s-istio-egress authors',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.12.0',
  jsiiVersion: '~5.9.0',
  typescriptVersion: '~5.9.0',
  cdk8sVersion: '2.70.0',
  constructsVersion: '10.4.0',
  bundledDeps: ['ipaddr.js'],
  devDeps: ['cdk8s-cli', 'fast-check', 'ajv', 'tsconfig-paths', 'yaml', '@types/node@^20'],
  entrypoint: 'lib/src/index.js',
  entrypointTypes: 'lib/src/index.d.ts',
  publishToPypi: { distName: 'cdk8s-istio-egress', module: 'cdk8s_istio_egress' },
  publishToMaven: {
    mavenGroupId: 'io.github.cdk8sistioegress',
    mavenArtifactId: 'cdk8s-istio-egress',
    javaPackage: 'io.github.cdk8sistioegress',
  },
  publishToGo: { moduleName: 'github.com/cdk8s-istio-egress/cdk8s-istio-egress-go' },
  github: false,
  depsUpgrade: false,
  projenrcTs: true,
  sampleCode: false,
  eslintOptions: { dirs: ['src', 'test', 'examples', 'scripts', '.projenrc.ts'], prettier: false },
  jestOptions: {
    junitReporting: false,
    jestConfig: {
      collectCoverage: false,
      moduleNameMapper: { '^cdk8s-istio-egress$': '<rootDir>/src' },
    },
  },
  gitignore: ['/attacks/*.k8s.yaml', '/attacks/attacks.json', '/attacks/outside.json', '/examples/dist', '/rollouts/*.k8s.yaml', '/rollouts/*.calls.json', '/conformance/.tools', '*.tgz'],
});

// the generated types of imports/ are compiled beside src/, so everything moves one level down in lib/
for (const [file, include] of [['tsconfig.json', ['src/**/*.ts', 'imports/**/*.ts']]] as const) {
  const tsconfig = project.tryFindObjectFile(file)!;
  tsconfig.addOverride('compilerOptions.rootDir', '.');
  tsconfig.addOverride('include', include);
}
project.package.addField('types', 'lib/src/index.d.ts');

// not every platform's build of 1.13.0 can be had, and npm ci refuses a lock file without them
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// no download address gets into the lock file
new javascript.NpmConfig(project, { registry: undefined }).addConfig('omit-lockfile-registry-resolved', 'true');

// the examples name the package as its users do
project.tryFindObjectFile('.eslintrc.json')!.addOverride('settings.import/resolver.typescript.project', ['./tsconfig.json', './examples/tsconfig.json']);

for (const folder of ['/.ci/', '/attacks/', '/conformance/', '/examples/', '/imports/', '/rollouts/', '/scripts/', '/.npmrc']) {
  project.addPackageIgnore(folder);
}

project.eslint!.allowDevDeps('scripts/**');

// the rooms of src/, lowest first: each knows itself and those below it
const rooms = ['intent', 'plan', 'check', 'emit', 'app', 'explain', 'gateway', 'policy', 'egress', 'external', 'route'];
const apart = [['check', 'emit'], ['emit', 'check']];
// `egress.through(...)` speaks of what is above it by type alone
const named: { [room: string]: string[] } = { 'egress->route': ['./egress-gateway-route.ts'] };
project.eslint!.addRules({
  'import/no-restricted-paths': ['error', {
    zones: [
      ...rooms.flatMap((target, i) => rooms.filter((from, j) => j > i || apart.some(([one, other]) => one === target && other === from))
        .map(from => ({ target: `./src/${target}`, from: `./src/${from}`, except: named[`${target}->${from}`] ?? [] }))),
      // the generated types are known to Istio's backend alone
      ...rooms.filter(room => room !== 'emit').map(room => ({ target: `./src/${room}`, from: './imports' })),
      // constructs name no backend
      ...['gateway', 'policy', 'egress', 'external', 'route'].map(room => ({ target: `./src/${room}`, from: './src/emit/istio' })),
      ...['big-ip', 'envoy', 'kubernetes', 'nginx'].map(room => ({ target: `./src/emit/${room}`, from: './imports' })),
    ],
  }],
  'import/no-cycle': 'error',
});
project.eslint!.addOverride({
  files: ['src/plan/**'],
  rules: { 'no-restricted-imports': ['error', { paths: ['cdk8s', 'constructs'] }] },
});

const run = 'ts-node -T -P examples/tsconfig.json -r tsconfig-paths/register';
project.addTask('example', {
  description: 'Synthesize example apps, and say what may leave and which way', exec: `${run} scripts/example.ts`, receiveArgs: true,
});
project.addTask('golden', { description: 'Write the goldens of the examples again', exec: `${run} scripts/example.ts --golden` });
project.tasks.tryFind('docgen')!.reset('ts-node -T -P scripts/tsconfig.json scripts/docgen.ts');
project.addTask('bench', {
  description: 'Measure against the same objects made with the raw generated types', exec: `${run} scripts/bench.ts`, receiveArgs: true,
});
project.addTask('fuzz', {
  description: 'Hold random inputs to the constructs against what Istio accepts', exec: `${run} scripts/fuzz.ts`, receiveArgs: true,
});
project.addTask('rollouts', {
  description: 'Write the pairs of states between which the lab judges every step', exec: `${run} scripts/rollouts.ts`,
});
project.addTask('attacks', {
  description: 'Write what neighbours do beside an app, for the lab to judge', exec: `${run} scripts/attacks.ts`,
});
project.addTask('live', {
  description: 'Judge the examples under a real API server and istiod, which the first run builds',
  exec: './install.sh && ./install-live.sh && go run . live --examples ../examples',
  cwd: 'conformance',
  receiveArgs: true,
});
project.testTask.reset('bash scripts/test.sh');

project.synth();
