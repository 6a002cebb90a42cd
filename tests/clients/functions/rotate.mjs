// Rotates a secret in the four steps of Secrets Manager; asked for a path, it asks the extension beside it.
import {
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

const secrets = new SecretsManagerClient({});

async function create(SecretId, token) {
  try {
    await secrets.send(new GetSecretValueCommand({ SecretId, VersionId: token, VersionStage: 'AWSPENDING' }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    const { RandomPassword } = await secrets.send(new GetRandomPasswordCommand({ PasswordLength: 30, ExcludePunctuation: true }));
    await secrets.send(
      new PutSecretValueCommand({
        SecretId, ClientRequestToken: token, SecretString: `rotated-${RandomPassword}`, VersionStages: ['AWSPENDING'],
      }),
    );
  }
}

async function finish(SecretId, token) {
  const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId }));
  const [current] = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT'));
  if (current === token) return;
  await secrets.send(
    new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: current }),
  );
}

async function askExtension(path, token) {
  const answer = await fetch(`http://localhost:${process.env.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT}${path}`, {
    headers: token ? { 'X-Aws-Parameters-Secrets-Token': token } : {},
  });
  return { status: answer.status, body: await answer.json() };
}

export async function handler({ Step, SecretId, ClientRequestToken, path, token = process.env.AWS_SESSION_TOKEN }) {
  if (path) return askExtension(path, token);
  const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId }));
  if (!VersionIdsToStages[ClientRequestToken]) throw new Error(`version ${ClientRequestToken} has no stage for rotation`);
  if (Step === 'createSecret') await create(SecretId, ClientRequestToken);
  if (Step === 'testSecret') await secrets.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPENDING' }));
  if (Step === 'finishSecret') await finish(SecretId, ClientRequestToken);
}
