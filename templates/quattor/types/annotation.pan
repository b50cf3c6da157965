@{ desc = What any thing made of metal may say about itself }
declaration template quattor/types/annotation;

include 'pan/types';

type structure_annotation = {
    @{ desc = maker and model }
    'manufacturer' ? string
    'model' ? string
    'serialnumber' ? string
    @{ desc = where the thing stands }
    'location' ? string
    'support' ? type_isodate
};
