/** Notifications: what the product told this person. */
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import { useCommand } from './queries';

export type Notification = Schemas['Notification'];

const LOOK_AGAIN = 30_000;
const SHOWN = 20;

/** The newest, and how many were not read. */
export function useNotifications() {
  return useQuery({
    queryKey: ['notifications'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/notifications', { params: { query: { limit: SHOWN } }, signal })),
    refetchInterval: LOOK_AGAIN,
  });
}

export function useReadNotification() {
  return useCommand((id: string, header) =>
    answer(
      api.POST('/api/v1/notifications/{notification_id}/read', {
        params: { path: { notification_id: id }, header },
      }),
    ),
  );
}

export function useReadAllNotifications() {
  return useCommand((_: null, header) =>
    answer(api.POST('/api/v1/notifications/read', { params: { header } })),
  );
}
