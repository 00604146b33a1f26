import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeLayout, fakeTar } from '../../packages/server/src/images/testing.ts';
import { loadImage } from '../images.ts';
import { TestServer } from '../server.ts';

describe('the official SDK with container images', () => {
  let server: TestServer;
  const image = (content: string) => ({ layers: [fakeTar([{ name: 'app', data: content }])], entrypoint: ['/app'] });

  beforeAll(async () => {
    server = await TestServer.start();
    await loadImage(server, fakeLayout('swr.example.com/team/app:v1', image('1')));
    await loadImage(server, fakeLayout('swr.example.com/team/app:v2', image('2')));
  });
  afterAll(() => server?.stop());

  const custom = (name: string) =>
    new sdk.CustomImage().withEnabled(true).withImage(`swr.example.com/team/app:${name}`);

  function creation(name: string, customImage: sdk.CustomImage): sdk.CreateFunctionRequest {
    const runtime = 'Custom Image' as sdk.CreateFunctionRequestBodyRuntimeEnum;
    const body = new sdk.CreateFunctionRequestBody(name, 'default', runtime, 10, '-', 128)
      .withCodeType('Custom-Image-Swr' as sdk.CreateFunctionRequestBodyCodeTypeEnum)
      .withCustomImage(customImage);
    return new sdk.CreateFunctionRequest().withBody(body);
  }

  it('creates functions that are images, reads them back and gives them another', async () => {
    const requested = custom('v1')
      .withCommand('/app,-x')
      .withArgs('a,b')
      .withWorkingDir('/')
      .withUid('1100')
      .withGid('-1');
    const created = (await server.sdk.createFunction(creation('image', requested))) as unknown as { func_urn?: string };
    const urn = created.func_urn ?? '';
    const shown = await server.sdk.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn));
    expect(shown).toMatchObject({
      runtime: 'Custom Image',
      handler: '-',
      code_type: 'Custom-Image-Swr',
      custom_image: {
        enabled: true,
        image: 'swr.example.com/team/app:v1',
        command: '/app,-x',
        args: 'a,b',
        working_dir: '/',
        uid: '1100',
        gid: '1003',
      },
    });
    const runtime = 'Custom Image' as sdk.UpdateFunctionConfigRequestBodyRuntimeEnum;
    const change = new sdk.UpdateFunctionConfigRequestBody('image', runtime, 10, '-', 128).withCustomImage(
      custom('v2'),
    );
    const updated = await server.sdk.updateFunctionConfig(new sdk.UpdateFunctionConfigRequest(urn).withBody(change));
    expect(updated).toMatchObject({ custom_image: { image: 'swr.example.com/team/app:v2', args: 'a,b', uid: '1100' } });
    await server.sdk.deleteFunction(new sdk.DeleteFunctionRequest(urn.replace(/:latest$/, '')));
  });

  it.each<[string, () => sdk.CustomImage, string]>([
    ['an image that is not here', () => custom('v3'), 'FSS.1035'],
    ['an impossible name', () => new sdk.CustomImage().withImage('No Name'), 'FSS.1034'],
    ['a reserved user', () => custom('v1').withUid('1000'), 'FSS.1034'],
  ])('gets the error code that refuses %s', async (_what, customImage, errorCode) => {
    await expect(server.sdk.createFunction(creation('refused', customImage()))).rejects.toMatchObject({
      httpStatusCode: 400,
      errorCode,
    });
  });
});
