// The files of middleware/deploy, as far as they can be judged without an account: against the shapes of the
// services' own SDKs, of Kubernetes, and against the program that they deploy.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CreateAutoScalingConfigurationRequest$, CreateServiceRequest$ } from "@aws-sdk/client-apprunner";
import { CreateExpressGatewayServiceRequest$ } from "@aws-sdk/client-ecs";
import { Deployment } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { Service } from "kubernetes-models/v1";
import { parseAllDocuments } from "yaml";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const read = (path) => readFileSync(join(root, path), "utf8");
const deploy = (name) => read(`middleware/deploy/${name}`);
const PORT = 8080;
const USER = 10001;

// ---- Shapes of AWS, as the SDKs carry them: [kind, namespace, name, traits, ...]

const SCALAR = 0, LIST = 1, MAP = 2, STRUCTURE = 3;
const LIST_OF = 64, MAP_OF = 128; // flags above a scalar: 0 text, 1 number, 2 boolean

function unwrapped(schema) {
  const found = typeof schema === "function" ? schema() : schema;
  return Array.isArray(found) && typeof found[1] !== "string" ? unwrapped(found[0]) : found;
}

function problems(value, member, path) {
  const schema = unwrapped(member);
  if (typeof schema === "number") {
    if (schema & LIST_OF) return value.flatMap((item, i) => problems(item, schema & ~LIST_OF, `${path}/${i}`));
    if (schema & MAP_OF) return Object.entries(value).flatMap(([key, item]) => problems(item, schema & ~MAP_OF, `${path}/${key}`));
    const wanted = ["string", "number", "boolean"][schema];
    return wanted && typeof value !== wanted ? [`${path} is no ${wanted}`] : [];
  }
  const [kind, , name] = schema;
  if (kind === SCALAR) return problems(value, schema[4], path);
  if (kind === LIST) return value.flatMap((item, i) => problems(item, schema[4], `${path}/${i}`));
  if (kind === MAP) return Object.entries(value).flatMap(([key, item]) => problems(item, schema[5], `${path}/${key}`));
  assert.equal(kind, STRUCTURE, `a shape of kind ${kind} at ${path}`);
  const [, , , , names, members, required = 0] = schema;
  return [
    ...names.slice(0, required).filter((one) => !(one in value)).map((one) => `${path}/${one} is required by ${name}`),
    ...Object.entries(value).flatMap(([key, item]) =>
      names.includes(key) ? problems(item, members[names.indexOf(key)], `${path}/${key}`) : [`${path}/${key} is not in ${name}`]),
  ];
}

const AWS = [
  ["app-runner.json", CreateServiceRequest$],
  ["app-runner-scaling.json", CreateAutoScalingConfigurationRequest$],
  ["ecs-express.json", CreateExpressGatewayServiceRequest$],
];

for (const [name, shape] of AWS) {
  test(`${name} is what the service's operation takes`, () => {
    assert.deepEqual(problems(JSON.parse(deploy(name)), shape, ""), []);
  });
}

test("a member that the service does not know is found, and one that is missing", () => {
  const wrong = JSON.parse(deploy("app-runner.json"));
  wrong.HealthCheckConfiguration.Pfad = "/";
  wrong.InstanceConfiguration.Cpu = 1024;
  delete wrong.SourceConfiguration.ImageRepository.ImageIdentifier;
  assert.deepEqual(problems(wrong, CreateServiceRequest$, "").sort(), [
    "/HealthCheckConfiguration/Pfad is not in HealthCheckConfiguration",
    "/InstanceConfiguration/Cpu is no string",
    "/SourceConfiguration/ImageRepository/ImageIdentifier is required by ImageRepository",
  ]);
});

test("numbers lie in the ranges of App Runner and of the load balancer", () => {
  const service = JSON.parse(deploy("app-runner.json"));
  const health = service.HealthCheckConfiguration;
  for (const key of ["Interval", "Timeout", "HealthyThreshold", "UnhealthyThreshold"]) assert.ok(health[key] >= 1 && health[key] <= 20, key);
  const scaling = JSON.parse(deploy("app-runner-scaling.json"));
  assert.ok(scaling.MaxConcurrency >= 1 && scaling.MaxConcurrency <= 200);
  assert.ok(scaling.MinSize >= 1 && scaling.MinSize <= 25 && scaling.MaxSize >= scaling.MinSize);
  assert.match(service.ServiceName, /^[A-Za-z0-9][A-Za-z0-9_-]{3,39}$/);
  assert.match(service.AutoScalingConfigurationArn, new RegExp(`:autoscalingconfiguration/${scaling.AutoScalingConfigurationName}/`));
  const { minTaskCount, maxTaskCount } = JSON.parse(deploy("ecs-express.json")).scalingTarget;
  assert.ok(minTaskCount >= 1 && maxTaskCount >= minTaskCount);
});

// ---- Kubernetes

const KINDS = { Deployment, HorizontalPodAutoscaler, PodDisruptionBudget, Service };
const manifests = parseAllDocuments(deploy("kubernetes.yaml"), { strict: true }).map((one) => {
  assert.deepEqual(one.errors, []);
  return one.toJS();
});
const manifest = (kind) => manifests.find((one) => one.kind === kind);

for (const one of manifests) {
  test(`kubernetes.yaml: the ${one.kind} is one`, () => new KINDS[one.kind](one).validate());
}

test("a misspelt field of a manifest is found", () => {
  const wrong = structuredClone(manifest("Deployment"));
  wrong.spec.template.spec.containers[0].imagee = "x";
  delete wrong.spec.template.spec.containers[0].name;
  assert.throws(() => new Deployment(wrong).validate(), /name/);
});

test("Kubernetes' parts find each other", () => {
  const pod = manifest("Deployment").spec.template;
  for (const selector of [manifest("Deployment").spec.selector.matchLabels, manifest("Service").spec.selector,
    manifest("PodDisruptionBudget").spec.selector.matchLabels]) {
    for (const [key, value] of Object.entries(selector)) assert.equal(pod.metadata.labels[key], value);
  }
  const [container] = pod.spec.containers;
  const ports = container.ports.map((port) => port.name);
  for (const port of [container.livenessProbe.httpGet.port, container.readinessProbe.httpGet.port, manifest("Service").spec.ports[0].targetPort]) {
    assert.ok(ports.includes(port), port);
  }
  assert.deepEqual(container.volumeMounts.map((mount) => mount.name).sort(), pod.spec.volumes.map((volume) => volume.name).sort());
  assert.equal(manifest("HorizontalPodAutoscaler").spec.scaleTargetRef.name, manifest("Deployment").metadata.name);
  assert.ok(manifest("PodDisruptionBudget").spec.minAvailable < manifest("HorizontalPodAutoscaler").spec.minReplicas);
});

// ---- Images

/** Instructions of a Containerfile by stage; lines that go on are joined. */
function stages(text) {
  const lines = text.replace(/^#.*\n/gm, "").replace(/\\\n/g, " ").split("\n").map((line) => line.trim()).filter(Boolean);
  const found = [];
  for (const line of lines) {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? assert.fail(`no instruction: ${line}`);
    if (word === "FROM") found.push([]);
    found.at(-1).push({ word, rest: rest.replace(/\s+/g, " ") });
  }
  return found;
}
const all = (stage, word) => stage.filter((one) => one.word === word).map((one) => one.rest);

/** Packages that the libraries come from which a program names itself; what those need, they bring. */
function packages_of(program) {
  const named = [...execFileSync("readelf", ["-d", program], { encoding: "utf8" }).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
  const paths = execFileSync("ldd", [program], { encoding: "utf8" }).split("\n")
    .map((line) => /^\s*(\S+) => (\/\S+)/.exec(line)).filter((found) => found && named.includes(found[1])).map((found) => found[2]);
  assert.ok(paths.length > 5);
  const owners = paths.map((path) => {
    for (const name of [path, `/usr${path}`, path.replace(/^\/usr/, "")]) {
      const asked = spawnSync("dpkg", ["-S", name], { encoding: "utf8" });
      if (asked.status === 0) return asked.stdout.split(":")[0];
    }
    return assert.fail(`no package has ${path}`);
  });
  return [...new Set(owners)].filter((name) => name !== "libc6").sort();
}

for (const [name, program, target] of [
  ["Containerfile", process.env.RELAYRIG_MIDDLEWARE, "relayrig-middleware"],
  ["Containerfile.rig", process.env.RELAYRIG_PROGRAM, "relayrig"],
]) {
  const [build, run] = stages(deploy(name));

  test(`${name}: is built in one stage and runs in another, as nobody in particular`, () => {
    assert.equal(stages(deploy(name)).length, 2);
    assert.match(all(build, "FROM")[0], /^debian:bookworm AS build$/);
    assert.deepEqual(all(run, "FROM"), ["debian:bookworm-slim"]);
    assert.deepEqual(all(run, "USER"), [String(USER)]);
    assert.ok(run.findIndex((one) => one.word === "USER") > run.findLastIndex((one) => one.word === "RUN"));
    assert.deepEqual(all(run, "ENTRYPOINT"), [JSON.stringify([target])]);
    assert.ok(all(build, "RUN")[0].endsWith(`--target ${target}`));
    assert.ok(all(run, "COPY")[0].startsWith(`--from=build /src/build/${target} `));
  });

  test(`${name}: its image has the libraries of the program`, () => {
    const installed = all(run, "RUN")[0].match(/--no-install-recommends (.*?) &&/)[1].split(" ");
    const missing = packages_of(program).filter((one) => !installed.includes(one));
    assert.deepEqual(missing, []);
    assert.ok(installed.includes("ca-certificates"));
  });

  test(`${name}: asks a program that is there whether all is well`, () => {
    const [command] = all(run, "HEALTHCHECK").map((text) => JSON.parse(text.slice(text.indexOf("["))));
    assert.equal(command[0], target);
    const asked = spawnSync(program, command.slice(1), { encoding: "utf8", env: { PORT: "1", RELAYRIG_PORT: "1" } });
    assert.match(asked.stderr, /127\.0\.0\.1:1: .*refused/); // it asked, and nobody was there
    assert.notEqual(asked.status, 0);
    assert.notEqual(asked.status, 2); // that would be bad usage
  });

  test(`${name}: what it copies is there`, () => {
    for (const [, path] of [...all(run, "COPY").join("\n").matchAll(/\/src\/(?!build)(\S+)/g)]) assert.doesNotThrow(() => execFileSync("ls", [join(root, path)]));
    for (const one of all(run, "ARG")) assert.ok(read(one.split("=")[1]).includes("flows:"));
  });
}

// ---- All of them together

test("port, health path, user and file are those of the program", () => {
  const help = execFileSync(process.env.RELAYRIG_MIDDLEWARE, ["--help"], { encoding: "utf8" });
  assert.match(help, new RegExp(`--port .*=${PORT}`));
  const image = stages(deploy("Containerfile"))[1];
  const variables = Object.fromEntries(all(image, "ENV").flatMap((text) => text.split(" ")).map((one) => one.split("=")));
  const file = variables.RELAYRIG_MIDDLEWARE_CONFIG;
  assert.equal(variables.PORT, String(PORT));
  assert.deepEqual(all(image, "EXPOSE"), [String(PORT)]);

  const runner = JSON.parse(deploy("app-runner.json"));
  const of_image = runner.SourceConfiguration.ImageRepository.ImageConfiguration;
  assert.equal(of_image.Port, String(PORT));
  assert.equal(of_image.RuntimeEnvironmentVariables.RELAYRIG_MIDDLEWARE_CONFIG, file);
  assert.equal(runner.HealthCheckConfiguration.Path, "/health");

  const express = JSON.parse(deploy("ecs-express.json"));
  assert.equal(express.primaryContainer.containerPort, PORT);
  assert.equal(express.healthCheckPath, "/health");
  assert.equal(express.primaryContainer.environment[0].value, file);

  const pod = manifest("Deployment").spec.template.spec;
  const [container] = pod.containers;
  assert.equal(container.ports[0].containerPort, PORT);
  assert.equal(container.livenessProbe.httpGet.path, "/health");
  assert.equal(container.readinessProbe.httpGet.path, "/ready");
  assert.equal(pod.securityContext.runAsUser, USER);
  assert.equal(container.env[0].value, file);
  assert.equal(container.volumeMounts[0].mountPath, dirname(file));
});
