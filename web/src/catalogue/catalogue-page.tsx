/** What this person may start. */
import { Card, SimpleGrid, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useStartable } from '../api/process-definitions';
import { Empty } from '../ui/empty';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';
import classes from './catalogue-page.module.css';

export default function CataloguePage() {
  const { t } = useTranslation('catalogue');
  const empty = (
    <Empty icon="plus" title={t('empty')}>
      {t('emptyHint')}
    </Empty>
  );
  return (
    <>
      <PageTitle title={t('title')} />
      <Listed query={useStartable()} empty={empty}>
        {(definitions) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {definitions.map(({ key, name, description }) => (
              <Card key={key} className={classes.card}>
                <Title order={2} className={classes.name}>
                  <Link to={`/catalogue/${key}`} className={classes.link}>
                    {name}
                  </Link>
                </Title>
                {description && (
                  <Text c="dimmed" mt={4}>
                    {description}
                  </Text>
                )}
              </Card>
            ))}
          </SimpleGrid>
        )}
      </Listed>
    </>
  );
}
