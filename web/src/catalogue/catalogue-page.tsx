/** What can be started. */
import { Card, SimpleGrid, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useProcessDefinitions } from '../api/process-definitions';
import { Empty } from '../ui/empty';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';

export default function CataloguePage() {
  const { t } = useTranslation('catalogue');
  return (
    <>
      <PageTitle title={t('title')} />
      <Listed query={useProcessDefinitions()} empty={<Empty icon="plus" title={t('empty')} />}>
        {(definitions) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {definitions.map((definition) => (
              <Card key={definition.key}>
                <Title order={2}>{definition.name}</Title>
                <Text c="dimmed">{definition.key}</Text>
              </Card>
            ))}
          </SimpleGrid>
        )}
      </Listed>
    </>
  );
}
