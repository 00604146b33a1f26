import { type TProperties, Type } from 'typebox';
import { Nullable, WireFlag, WireInt, WireText } from './common.ts';

/** An object within a body; other fields pass unchecked. */
const Part = <P extends TProperties>(fields: P, description: string) => Nullable(Type.Object(fields), { description });
const Parts = <P extends TProperties>(fields: P, description: string) =>
  Nullable(Type.Array(Type.Object(fields)), { description });

const vpc = { vpc_id: WireText(), vpc_name: WireText() };

export const FuncVpcField = Part(
  {
    ...vpc,
    subnet_id: WireText(),
    subnet_name: WireText(),
    domain_id: WireText(),
    namespace: WireText(),
    cidr: WireText(),
    gateway: WireText(),
    security_groups: Nullable(Type.Array(Type.String())),
    is_safety: WireFlag(),
  },
  'Network of the function by vpc_id and subnet_id; it reaches that one only.',
);

const MountUserId = WireInt('-1, or 1 to 65534 without 1000 and 1002.');

export const MountConfigField = Part(
  {
    mount_user: Part(
      {
        user_id: MountUserId,
        user_group_id: MountUserId,
        mount_user_id: WireInt('Another name of user_id.'),
        mount_user_group_id: WireInt('Another name of user_group_id.'),
      },
      'To whom files belong on disk.',
    ),
    func_mounts: Parts(
      {
        mount_type: WireText('sfs, sfsTurbo or ecs.'),
        mount_resource: WireText('Id or name of a registered file system.'),
        mount_share_path: WireText('host:/path, for ecs.'),
        local_mount_path: WireText('/mnt/ and one name.'),
      },
      'At most 5.',
    ),
  },
  'File systems; published versions have none.',
);

const ImageUserId = WireInt('1003 when absent; not root, 1000 or 1002.');

export const CustomImageField = (description: string) =>
  Part(
    {
      enabled: WireFlag(),
      image: WireText('Name of an image that this machine has.'),
      command: WireText('Comma separated; that of the image when empty.'),
      args: WireText('Comma separated; those of the image when empty.'),
      working_dir: WireText('Begins with /.'),
      uid: ImageUserId,
      gid: ImageUserId,
      is_public: WireFlag(),
    },
    description,
  );

export const LogConfigField = Part(
  { group_id: WireText(), group_name: WireText(), stream_id: WireText(), stream_name: WireText() },
  'Log group and stream; stored.',
);

export const NetworkControllerField = Part(
  {
    disable_public_network: WireFlag('Closes the way to the outside.'),
    trigger_access_vpcs: Nullable(Type.Array(Type.Object(vpc), { maxItems: 100 }), {
      description: 'Stored: networks of triggers change nothing.',
    }),
  },
  'Destinations of the function besides its network.',
);

export const StrategyConfigField = Part(
  { concurrency: WireInt('Instances, -1 to 1000.'), concurrent_num: WireInt('Requests in one instance, 1 to 1000.') },
  'Most instances, and concurrent requests of one instance.',
);

export const LtsCustomTagField = Nullable(Type.Record(Type.String(), Type.String()), { description: 'Stored.' });
